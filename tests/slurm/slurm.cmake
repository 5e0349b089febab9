# Jobs under a SLURM that each of these tests starts for itself (cluster.py). They wait for daemons most of the time.
find_package(Python3 COMPONENTS Interpreter)
if(TARGET lind AND Python3_FOUND)
  foreach(name launch requeue lost arrays left)
    add_test(NAME slurm.${name} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/${name}.py $<TARGET_FILE:lind>)
    set_tests_properties(slurm.${name} PROPERTIES LABELS slurm SKIP_RETURN_CODE 77 TIMEOUT 600)
  endforeach()
  add_test(NAME slurm.lost.patiently COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/lost.py $<TARGET_FILE:lind> patiently)
  set_tests_properties(slurm.lost.patiently PROPERTIES LABELS "slurm;nightly" SKIP_RETURN_CODE 77 TIMEOUT 600)
  add_test(NAME slurm.modules COMMAND ${CMAKE_CURRENT_LIST_DIR}/modules.sh ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR})
  set_tests_properties(slurm.modules PROPERTIES LABELS slurm SKIP_RETURN_CODE 77 TIMEOUT 120
                       ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
endif()
