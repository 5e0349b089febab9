# The rules of the house: one program of this folder a rule, one CTest "lint.<rule>" each. 77: it could not be checked here.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
  file(GLOB rules CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.py)
  foreach(rule ${rules})
    get_filename_component(stem ${rule} NAME_WE)
    if(NOT stem STREQUAL "house") # what the rules share
      add_test(NAME lint.${stem} COMMAND Python3::Interpreter -B ${rule} ${CMAKE_BINARY_DIR})
      set_tests_properties(lint.${stem} PROPERTIES LABELS lint SKIP_RETURN_CODE 77 TIMEOUT 300)
    endif()
  endforeach()
else()
  message(STATUS "python3 was not found: the rules of the house are not checked")
endif()
