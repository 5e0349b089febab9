# W1 or W3 by deSolve: lsoda, compiled right-hand side, doses as a table of events, one call a patient.
# Rscript simulate.R RATES.so WORKLOAD COHORT.csv PATIENTS RTOL ATOL OUT: prints CPU seconds of all calls; OUT holds both outputs of every
# patient at every time, as doubles.
suppressPackageStartupMessages(library(deSolve))
a <- commandArgs(TRUE)
dyn.load(a[1])
cohort <- read.csv(a[3], nrows = as.integer(a[4]))
times <- seq(0, 672, 6)
w1 <- a[2] == "W1"
columns <- if (w1) c("CL", "V", "Q", "VP", "KA", "IC50") else c("VC", "KEL", "KON", "KINT", "R0")
doses <- if (w1) data.frame(var = "depot", time = seq(0, 648, 24), value = 100, method = "add") else
  data.frame(var = "central", time = c(0, 336), value = 150, method = "add")
parameters <- as.matrix(cohort[, columns])
values <- vector("list", nrow(parameters))
began <- proc.time()
for (i in seq_len(nrow(parameters))) {
  p <- parameters[i, ]
  start <- if (w1) c(depot = 0, central = 0, peripheral = 0, response = 100) else
    c(central = 0, tissue = 0, target = p[["R0"]], complex = 0)
  values[[i]] <- lsoda(start, times, func = if (w1) "rates_w1" else "rates_w3", parms = p, dllname = "rates",
                       initfunc = if (w1) "initmod_w1" else "initmod_w3", nout = 1, outnames = "out",
                       rtol = as.numeric(a[5]), atol = as.numeric(a[6]), events = list(data = doses))
}
took <- proc.time() - began
# What deSolve shows at the time of an event is from before it.
both <- lapply(values, function(m) rbind(m[, "out"], m[, if (w1) "response" else "target"]))
at <- times %in% doses$time
if (!w1) for (i in seq_along(both)) both[[i]][1, at] <- both[[i]][1, at] + 150 / parameters[i, "VC"]
writeBin(as.double(unlist(both)), a[7])
cat(sprintf("%.6f\n", took[["user.self"]] + took[["sys.self"]]))
