# Recurrent events by survival. From the root of the repository:
#   Rscript trialbook/agreement/reference/recurrent.R > trialbook/agreement/reference/recurrent.json
suppressMessages({library(survival); library(jsonlite)})
set.seed(11)
gaps <- do.call(rbind, lapply(1:60, function(i) { # late entry, gaps, ties, subjects without events
  t <- sample(c(0, 0, 3, 7), 1); end <- t + sample(5:60, 1); treated <- i %% 2; rows <- NULL
  while (t < end) {
    stop <- min(end, t + ceiling(rexp(1, 0.05 * (1 + treated))))
    rows <- rbind(rows, data.frame(id = i, start = t, stop = stop,
                                   event = as.integer(stop < end), treated = treated))
    t <- stop + sample(c(0, 0, 2), 1)
  }
  rows
}))
cases <- list(
  cgd = with(cgd, data.frame(id, start = tstart, stop = tstop, event = status,
                             treated = as.integer(treat == "rIFN-g"))),
  bladder2 = with(subset(bladder2, stop > start),
                  data.frame(id, start, stop, event, treated = rx - 1)),
  gaps = gaps
)
reference <- function(d) {
  fit <- survfit(Surv(start, stop, event) ~ 1, data = d, id = id)
  k <- fit$n.event > 0
  model <- function(ties) {
    fit <- coxph(Surv(start, stop, event) ~ treated, data = d, cluster = id, ties = ties,
                 control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50))
    c(coef(fit), sqrt(vcov(fit)[1]))
  }
  list(data = d, time = fit$time[k], n_risk = fit$n.risk[k], mean = fit$cumhaz[k],
       std_error = fit$std.chaz[k], efron = unname(model("efron")),
       breslow = unname(model("breslow")))
}
cat(toJSON(list(r = R.version.string, survival = as.character(packageVersion("survival")),
                cases = lapply(cases, reference)),
           digits = I(17), dataframe = "columns"), "\n")
