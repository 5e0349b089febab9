# CVODE's own kernel: the generated text once more, for one patient at a time.
set(generated ${CMAKE_BINARY_DIR}/src/models/organ_ohara_rudy_lind.c)
set(scalar ${CMAKE_CURRENT_BINARY_DIR}/ohara_rudy_scalar.c)
add_custom_command(OUTPUT ${scalar} DEPENDS ${generated} COMMAND ${CMAKE_COMMAND} -E copy ${generated} ${scalar} VERBATIM)
target_sources(${target} PRIVATE ${scalar})
set_source_files_properties(${scalar} ${folder}/cvode_scalar.c PROPERTIES COMPILE_OPTIONS
  "-include;${folder}/scalar.h;-Dlind_kernel_organ_ohara_rudy=scalar_kernel;-w")
find_library(SUNDIALS_CVODES sundials_cvodes REQUIRED)
target_link_libraries(${target} PRIVATE ${SUNDIALS_CVODES})
