# Several hosts, as network namespaces of this machine. They skip where those cannot be made.
find_package(Python3 COMPONENTS Interpreter)
function(lind_test_hosts name script)
  if(NOT LIND_MPIRUN OR NOT TARGET lind OR NOT Python3_FOUND)
    return()
  endif()
  add_test(NAME hosts.${name} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/hosts/${script} $<TARGET_FILE:lind> ${ARGN})
  set_tests_properties(hosts.${name} PROPERTIES LABELS hosts SKIP_RETURN_CODE 77 TIMEOUT 300 PROCESSORS 2
                       ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
endfunction()

lind_test_hosts(same same.py)
