-- Modulefile for Lmod. It lies below the prefix of `cmake --install`, and finds it from its own place:
--   module use PREFIX/share/lind/jobs/modules/lmod; module load lind
help("lind runs clinical trials on virtual patients: lind --help; batch scripts are in $LIND_JOBS")
whatis("Name: lind")
whatis("Version: " .. myModuleVersion())
whatis("Description: clinical trials on virtual patients")
local root = myFileName():gsub("/share/lind/jobs/modules/.*$", "")
-- where libraries are modules too: depends_on("openmpi/4.1", "hdf5", "gsl", "sundials", "petsc")
prepend_path("PATH", pathJoin(root, "bin"))
setenv("LIND_JOBS", pathJoin(root, "share/lind/jobs"))
setenv("LIND_PROTOCOLS", pathJoin(root, "share/lind/protocols"))
