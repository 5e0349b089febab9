# Several hosts, as network namespaces of this machine. They skip where those cannot be made.
find_program(LIND_PYTHON_H5 NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH) # Debian's, which has h5py
function(lind_test_hosts name script)
  if(NOT LIND_MPIRUN OR NOT TARGET lind OR NOT LIND_PYTHON_H5)
    return()
  endif()
  add_test(NAME hosts.${name} COMMAND ${LIND_PYTHON_H5} -B ${CMAKE_CURRENT_SOURCE_DIR}/hosts/${script} $<TARGET_FILE:lind> ${ARGN})
  set_tests_properties(hosts.${name} PROPERTIES LABELS hosts SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2
                       ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
endfunction()

lind_test_hosts(same same.py)
lind_test_hosts(lost lost.py)
lind_test_hosts(lost.all lost.py all)
lind_test_hosts(signals signals.py)
lind_test_hosts(signals.all signals.py all)
if(TEST hosts.lost)
  set_tests_properties(hosts.lost.all hosts.signals.all PROPERTIES LABELS "hosts;nightly" TIMEOUT 1800)
endif()
