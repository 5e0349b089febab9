# Runs that are disturbed, and resumed.
find_program(LIND_PYTHON_H5 NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH) # Debian's, which has h5py
if(TARGET lind AND LIND_PYTHON_H5)
  add_test(NAME restart.kills COMMAND ${LIND_PYTHON_H5} -B ${CMAKE_CURRENT_SOURCE_DIR}/restart/kills $<TARGET_FILE:lind> 50)
  add_test(NAME restart.kills.all COMMAND ${LIND_PYTHON_H5} -B ${CMAKE_CURRENT_SOURCE_DIR}/restart/kills $<TARGET_FILE:lind> 1000 --seed 9)
  add_test(NAME restart.full COMMAND ${LIND_PYTHON_H5} -B ${CMAKE_CURRENT_SOURCE_DIR}/restart/full $<TARGET_FILE:lind>)
  set_tests_properties(restart.full PROPERTIES LABELS restart TIMEOUT 400 SKIP_RETURN_CODE 77)
  set_tests_properties(restart.kills PROPERTIES LABELS restart TIMEOUT 400 PROCESSORS 2 SKIP_RETURN_CODE 77)
  set_tests_properties(restart.kills.all PROPERTIES LABELS "restart;nightly" TIMEOUT 3600 PROCESSORS 2 SKIP_RETURN_CODE 77)
endif()
if(TARGET lind)
  add_test(NAME restart.extend COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/restart/extend.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
  add_test(NAME restart.counting COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/restart/counting.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
  set_tests_properties(restart.extend restart.counting PROPERTIES LABELS restart TIMEOUT 200)
endif()
if(TARGET lind AND NOT LIND_SANITIZE) # a preloaded library would come before the sanitizer's
  add_library(lind-fails MODULE ${CMAKE_CURRENT_SOURCE_DIR}/restart/fails.c)
  target_link_libraries(lind-fails PRIVATE MPI::MPI_C)
  add_test(NAME restart.fails COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/restart/fails $<TARGET_FILE:lind> $<TARGET_FILE:lind-fails>)
  set_tests_properties(restart.fails PROPERTIES LABELS restart TIMEOUT 400 PROCESSORS 2)
endif()
