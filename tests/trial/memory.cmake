# Memory of a run: as planned, the same whatever the number of patients and replicates; and what is kept of replicates.
find_package(Python3 COMPONENTS Interpreter)
find_program(LIND_PYTHON_H5 NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH) # Debian's, which has h5py
if(TARGET lind AND Python3_FOUND)
  add_test(NAME trial.memory COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/memory.py $<TARGET_FILE:lind> ${CMAKE_SOURCE_DIR}/protocols)
  add_test(NAME trial.memory.ranks COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/benchmarks/scaling/memory $<TARGET_FILE:lind>
           --patients 100000 --ranks 3 --threads 1)
  add_test(NAME trial.memory.all COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/benchmarks/scaling/memory $<TARGET_FILE:lind>
           --patients 10000000)
  set_tests_properties(trial.memory trial.memory.ranks PROPERTIES LABELS trial TIMEOUT 600 SKIP_RETURN_CODE 77 PROCESSORS 2)
  set_tests_properties(trial.memory.all PROPERTIES LABELS "trial;nightly" TIMEOUT 3600 SKIP_RETURN_CODE 77 PROCESSORS 2)
endif()
if(TARGET lind AND Python3_FOUND)
  add_test(NAME trial.reads COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/reads.py $<TARGET_FILE:lind> ${CMAKE_SOURCE_DIR}/protocols)
  set_tests_properties(trial.reads PROPERTIES LABELS trial TIMEOUT 120 SKIP_RETURN_CODE 77)
endif()
if(TARGET lind AND LIND_PYTHON_H5)
  add_test(NAME trial.replicates COMMAND ${LIND_PYTHON_H5} -B ${CMAKE_CURRENT_LIST_DIR}/replicates.py $<TARGET_FILE:lind> ${CMAKE_SOURCE_DIR}/protocols)
  set_tests_properties(trial.replicates PROPERTIES LABELS trial TIMEOUT 120 SKIP_RETURN_CODE 77 PROCESSORS 2)
endif()
