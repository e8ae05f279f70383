suppressPackageStartupMessages(library(survival))
invisible(tryCatch(Sys.setlocale("LC_CTYPE", "C.UTF-8"), warning = function(w) NULL))

given <- commandArgs(trailingOnly = TRUE)
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
beside <- if (length(script)) dirname(script[1]) else "."
if (!length(given)) {
  cat("usage: Rscript verify.R DATA [ARD]\n  DATA  the trial's folder\n  ARD   ard.csv; the one beside this script by default\n")
  quit(status = 2)
}
data_folder <- given[1]
results_file <- if (length(given) > 1) given[2] else file.path(beside, "ard.csv")
for (path in c(data_folder, results_file)) if (!file.exists(path)) { cat(path, "is not there\n"); quit(status = 2) }
