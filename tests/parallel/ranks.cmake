# The same programs under mpirun. The machine may have fewer cores than ranks; a container may run as root.
find_program(LIND_MPIRUN NAMES mpirun.openmpi mpirun)
function(lind_test_ranks name target ranks)
  if(NOT LIND_MPIRUN OR NOT TARGET ${target})
    return()
  endif()
  add_test(NAME ${name}.ranks${ranks} COMMAND ${LIND_MPIRUN} --oversubscribe --bind-to none -n ${ranks} $<TARGET_FILE:${target}> ${ARGN})
  # Open MPI keeps memory until the process ends, which the leak sanitizer would report
  set_tests_properties(${name}.ranks${ranks} PROPERTIES LABELS ranks TIMEOUT 300 PROCESSORS 2 ENVIRONMENT
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_mpi_yield_when_idle=1;ASAN_OPTIONS=detect_leaks=0")
endfunction()

if(TARGET lind_store AND TARGET lind_parallel)
  add_executable(test_ranks_directory ${CMAKE_CURRENT_SOURCE_DIR}/ranks/directory.c)
  target_link_libraries(test_ranks_directory PRIVATE lind_store lind_parallel lind_settings PkgConfig::CMOCKA)
endif()

lind_test_ranks(parallel.team1 test_parallel_team 4 1)
lind_test_ranks(parallel.team2 test_parallel_team 4 2)
lind_test_ranks(parallel.team2 test_parallel_team 2 2)
lind_test_ranks(parallel.team4 test_parallel_team 4 4)

foreach(ranks 1 2 4)
  foreach(threads 1 3)
    lind_test_ranks(parallel.crew.threads${threads} test_parallel_crew ${ranks} ${threads} ${ranks})
  endforeach()
  lind_test_ranks(parallel.stop test_parallel_stop ${ranks} 2)
  lind_test_ranks(parallel.pipe test_parallel_pipe ${ranks})
  lind_test_ranks(ranks.directory test_ranks_directory ${ranks} 2 ${ranks})
endforeach()

# Waits are measured, so nothing else may run. Other transports than shared memory need rank 0 to answer.
function(lind_test_waits name)
  if(LIND_MPIRUN AND TARGET test_parallel_waits)
    add_test(NAME parallel.waits.${name} COMMAND ${LIND_MPIRUN} --oversubscribe --bind-to none -n 3 ${ARGN} $<TARGET_FILE:test_parallel_waits> 2)
    set_tests_properties(parallel.waits.${name} PROPERTIES LABELS ranks TIMEOUT 120 RUN_SERIAL TRUE ENVIRONMENT
      "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_mpi_yield_when_idle=1;ASAN_OPTIONS=detect_leaks=0")
  endif()
endfunction()
lind_test_waits(pt2pt --mca osc pt2pt)
lind_test_waits(tcp --mca osc ^sm --mca btl self,tcp)
if(TARGET test_parallel_waits)
  set_tests_properties(parallel.waits PROPERTIES RUN_SERIAL TRUE)
endif()

# Where ranks sit is the launcher's business; a machine of one core can bind no two ranks.
function(lind_test_pins name share)
  if(LIND_MPIRUN AND TARGET test_parallel_pin)
    add_test(NAME parallel.pin.${name} COMMAND ${LIND_MPIRUN} ${ARGN} -n 2 $<TARGET_FILE:test_parallel_pin> ${share})
    set_tests_properties(parallel.pin.${name} PROPERTIES LABELS ranks TIMEOUT 120 PROCESSORS 2 ENVIRONMENT
      "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_mpi_yield_when_idle=1;ASAN_OPTIONS=detect_leaks=0")
  endif()
endfunction()
include(ProcessorCount)
ProcessorCount(LIND_CORES)
if(LIND_CORES GREATER 1)
  lind_test_pins(core 0 --map-by core --bind-to core)
endif()
lind_test_pins(none 1 --oversubscribe --bind-to none)
find_program(LIND_TASKSET taskset)
if(LIND_TASKSET AND TARGET test_parallel_pin)
  add_test(NAME parallel.pin.taskset COMMAND ${LIND_TASKSET} -c 0 $<TARGET_FILE:test_parallel_pin>)
  add_test(NAME parallel.pin.crowded COMMAND ${LIND_TASKSET} -c 0 $<TARGET_FILE:test_parallel_pin> 0 3)
endif()
