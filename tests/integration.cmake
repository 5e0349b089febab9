# Tests that need more than one program or one process.
include(${CMAKE_CURRENT_SOURCE_DIR}/parallel/ranks.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/tissue/tissue.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/restart/restart.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/slurm/slurm.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/hosts/hosts.cmake)
# The rules of the house, label lint.
include(${CMAKE_CURRENT_SOURCE_DIR}/lint/lint.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/sanitizers/thread.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/trial/memory.cmake)
# Whole trials through the program: the same bits whoever computes them.
if(TARGET lind)
  add_test(NAME trial.digest.scurvy COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml 100)
  add_test(NAME trial.digest.eu-pact COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_SOURCE_DIR}/protocols/examples/eu-pact.yaml 20)
  add_test(NAME trial.digest.coag COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_SOURCE_DIR}/protocols/examples/coag.yaml 20)
  # rules, controllers, uncertainty, events, delays: in whole replicates, and in replicates that are cut
  add_test(NAME trial.digest.feedback COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 12)
  add_test(NAME trial.digest.cut COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 2 --patients 600 --set arms.pump.controllers=[basal])
  add_test(NAME trial.digest.noise COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 6 --set engine.name=milstein
           --set model.use=${CMAKE_CURRENT_SOURCE_DIR}/trial/data/noise.lind)
  add_test(NAME trial.digest.dense COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 12 --set block_max=40
           --set "store.trajectories={keep: all, at: dense, every: 1.7 h, states: yes}")
  add_test(NAME trial.digest.sample COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 2 --patients 600 --set block_max=500 --set arms.pump.controllers=[basal]
           --set "store.trajectories={keep: sample, patients: 50, at: dense, every: 2 h}")
  add_test(NAME trial.trajectories COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/trajectories.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
  add_test(NAME trial.same_bytes COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/same_bytes.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
  add_test(NAME trial.provenance COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/trial/provenance.py $<TARGET_FILE:lind> ${CMAKE_SOURCE_DIR})
  add_test(NAME trial.replay COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/replay.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
  set_tests_properties(trial.trajectories trial.replay trial.same_bytes trial.provenance trial.digest.dense trial.digest.sample PROPERTIES LABELS trial TIMEOUT 120)
  add_test(NAME trial.digest.twin COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/digest.sh $<TARGET_FILE:lind>
           ${CMAKE_SOURCE_DIR}/protocols/examples/eu-pact-twin.yaml 4 --patients 18 --set block_max=18)
  add_test(NAME trial.processors COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/processors.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/app/good/trial.yaml)
  set_tests_properties(trial.processors PROPERTIES LABELS trial SKIP_RETURN_CODE 77 TIMEOUT 120)
  # parts of a study, merged, are one run: whole replicates with a sensitivity grid, and replicates that are cut
  add_test(NAME merge.parts.whole COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/merge/parts.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 12)
  add_test(NAME merge.parts.cut COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/merge/parts.sh $<TARGET_FILE:lind>
           ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml 2 --patients 1100 --set block_max=600 --set arms.pump.controllers=[basal])
  set_tests_properties(merge.parts.whole merge.parts.cut PROPERTIES LABELS trial TIMEOUT 120)
  find_program(LIND_MPIRUN NAMES mpirun.openmpi mpirun)
  if(LIND_MPIRUN)
    add_test(NAME trial.queues COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/queues.sh $<TARGET_FILE:lind> "1 2 4"
             ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml --replicates 4000)
    add_test(NAME trial.queues.all COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/queues.sh $<TARGET_FILE:lind> "1 2 4 8"
             ${CMAKE_SOURCE_DIR}/protocols/examples/eu-pact.yaml --replicates 100)
    add_test(NAME trial.strangers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/strangers.sh $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
    set_tests_properties(trial.strangers PROPERTIES LABELS trial TIMEOUT 400 PROCESSORS 2)
    add_test(NAME trial.poor COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/poor.sh $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/trial/data/feedback.yaml)
    set_tests_properties(trial.poor PROPERTIES LABELS trial TIMEOUT 100 PROCESSORS 2 SKIP_RETURN_CODE 77)
    # the same where rank 0 has to answer by itself
    add_test(NAME trial.queues.pt2pt COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/queues.sh $<TARGET_FILE:lind> "1 2 4"
             ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml --replicates 4000)
    add_test(NAME trial.queues.tcp COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/trial/queues.sh $<TARGET_FILE:lind> "1 2 4"
             ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml --replicates 4000)
    set_tests_properties(trial.queues.pt2pt PROPERTIES ENVIRONMENT "OMPI_MCA_osc=pt2pt")
    set_tests_properties(trial.queues.tcp PROPERTIES ENVIRONMENT "OMPI_MCA_osc=^sm;OMPI_MCA_btl=self,tcp")
    set_tests_properties(trial.queues.pt2pt trial.queues.tcp PROPERTIES LABELS "trial;nightly" TIMEOUT 600 PROCESSORS 2)
    set_tests_properties(trial.queues PROPERTIES LABELS trial TIMEOUT 300 PROCESSORS 2)
    set_tests_properties(trial.queues.all PROPERTIES LABELS "trial;nightly" TIMEOUT 1800 PROCESSORS 2)
  endif()
  find_package(Python3 COMPONENTS Interpreter)
  if(Python3_FOUND)
    add_test(NAME trial.type_one COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/trial/type_one.py $<TARGET_FILE:lind>
             ${CMAKE_SOURCE_DIR}/protocols/validation)
    set_tests_properties(trial.type_one PROPERTIES LABELS trial TIMEOUT 300)
    add_test(NAME merge.scenarios COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/merge/scenarios.py $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/app/good)
    add_test(NAME merge.tamper COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/merge/tamper.py $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/app/good)
    add_test(NAME merge.diff COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/merge/diff.py $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/app/good)
    add_test(NAME merge.explain COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/merge/explain.py $<TARGET_FILE:lind>
             ${CMAKE_CURRENT_SOURCE_DIR}/app/good ${CMAKE_SOURCE_DIR}/protocols)
    set_tests_properties(merge.scenarios merge.tamper merge.diff merge.explain PROPERTIES LABELS trial TIMEOUT 120)
    add_test(NAME trial.shapes COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/trial/shapes.py $<TARGET_FILE:lind>
             ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml 5)
    add_test(NAME trial.shapes.large COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/trial/shapes.py $<TARGET_FILE:lind>
             ${CMAKE_SOURCE_DIR}/protocols/examples/scurvy-1747.yaml 25)
    set_tests_properties(trial.shapes PROPERTIES LABELS trial TIMEOUT 300 RUN_SERIAL TRUE SKIP_RETURN_CODE 77)
    set_tests_properties(trial.shapes.large PROPERTIES LABELS "trial;nightly" TIMEOUT 900 RUN_SERIAL TRUE SKIP_RETURN_CODE 77)
    add_test(NAME trial.controls COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/trial/controls.py $<TARGET_FILE:lind>
             ${CMAKE_SOURCE_DIR}/protocols)
    set_tests_properties(trial.controls PROPERTIES LABELS trial TIMEOUT 300)
    add_test(NAME trial.controls.all COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/trial/controls.py $<TARGET_FILE:lind>
             ${CMAKE_SOURCE_DIR}/protocols 100000)
    set_tests_properties(trial.controls.all PROPERTIES LABELS "trial;nightly" TIMEOUT 1800)
  endif()
  set_tests_properties(trial.digest.scurvy trial.digest.feedback trial.digest.cut trial.digest.noise trial.digest.twin PROPERTIES LABELS trial TIMEOUT 120)
  set_tests_properties(trial.digest.eu-pact trial.digest.coag PROPERTIES LABELS "trial;nightly" TIMEOUT 900)
endif()
# The drugs that a short run leaves out.
if(TARGET test_language_cipa)
  add_test(NAME language.cipa.all COMMAND test_language_cipa all)
  set_tests_properties(language.cipa.all PROPERTIES LABELS "unit;nightly" TIMEOUT 1800)
endif()
if(TARGET test_twin_clinic)
  add_test(NAME twin.clinic.all COMMAND test_twin_clinic all)
  set_tests_properties(twin.clinic.all PROPERTIES LABELS "unit;nightly" TIMEOUT 900)
endif()
# The program as its users meet it: it runs in folders that these tests make.
foreach(stem catalogue commands simulate simulate_chance simulate_refusals simulate_sensitivity twin)
  if(TARGET lind AND TARGET test_app_${stem})
    add_dependencies(test_app_${stem} lind)
    target_compile_definitions(test_app_${stem} PRIVATE LIND_PROGRAM="$<TARGET_FILE:lind>")
  endif()
endforeach()
