# Jobs under a SLURM that each of these tests starts for itself (cluster.py). They wait for daemons most of the time.
find_package(Python3 COMPONENTS Interpreter)
if(TARGET lind AND Python3_FOUND)
  foreach(name launch)
    add_test(NAME slurm.${name} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/${name}.py $<TARGET_FILE:lind>)
    set_tests_properties(slurm.${name} PROPERTIES LABELS slurm SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2)
  endforeach()
endif()
