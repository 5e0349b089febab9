target_link_libraries(${target} PRIVATE lind_store)
