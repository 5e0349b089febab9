target_link_libraries(${target} PRIVATE lind_reduce)
# What is timed is right: both ways of adding find the same counts. No clock.
if(BUILD_TESTING)
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL OFF)
  add_test(NAME benchmarks.scaling COMMAND ${target} ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml 1200 2 1)
  set_tests_properties(benchmarks.scaling PROPERTIES LABELS unit TIMEOUT 60)
endif()
