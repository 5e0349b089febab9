# Data races: lind built once more, with clang and ThreadSanitizer (only the ranks' and threads' folder; the whole program at night).
function(lind_test_threads name tests label)
  add_test(NAME sanitizers.thread.${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sanitizers/thread ${tests} ${CMAKE_BINARY_DIR}/thread)
  set_tests_properties(sanitizers.thread.${name} PROPERTIES LABELS "${label}" SKIP_RETURN_CODE 77 TIMEOUT 1800 PROCESSORS 2
                       RESOURCE_LOCK thread_build)
endfunction()
if(TARGET lind_parallel AND NOT LIND_SANITIZE AND NOT LIND_FUZZ AND NOT CMAKE_C_FLAGS MATCHES "sanitize")
  lind_test_threads(crew "crew|stop|team|pipe" sanitizers)
  lind_test_threads(run run "sanitizers$<SEMICOLON>nightly")
endif()
