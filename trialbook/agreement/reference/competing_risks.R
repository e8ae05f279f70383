# Competing risks by survival and cmprsk. From the root of the repository:
#   Rscript trialbook/agreement/reference/competing_risks.R > trialbook/agreement/reference/competing_risks.json
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})

simulated <- function(seed, n, groups, causes, censored, to_time) {
  set.seed(seed)
  data.frame(
    time = to_time(rexp(n, 0.1)),
    cause = sample(0:causes, n, TRUE, c(censored, rep((1 - censored) / causes, causes))),
    group = sample(letters[1:groups], n, TRUE),
    stratum = sample(1:3, n, TRUE),
    x = round(rnorm(n), 3)
  )
}
cases <- list(
  continuous = simulated(1, 120, 2, 2, 0.3, function(t) round(t, 6)),
  ties = simulated(2, 200, 3, 3, 0.3, ceiling),
  zero_times = simulated(3, 90, 4, 2, 0.4, floor),
  few_events = simulated(4, 60, 2, 2, 0.9, ceiling),
  no_censoring = simulated(5, 50, 2, 2, 0, ceiling),
  arm_without_events = within(simulated(6, 80, 3, 2, 0.3, ceiling),
                              cause[group == "b" & cause == 1] <- 0),
  mgus2 = with(mgus2, data.frame(
    time = ifelse(pstat == 1, ptime, futime), cause = ifelse(pstat == 1, 1, 2 * death),
    group = as.character(sex), stratum = 1 + (age > 60) + (age > 75), x = age
  ))
)

reference <- function(d) {
  d$treated <- as.integer(d$group == "b")
  states <- factor(d$cause, 0:max(d$cause))
  aalen_johansen <- lapply(c(log = "log", loglog = "log-log", plain = "plain"), function(type) {
    fit <- survfit(Surv(time, states) ~ 1, data = d, conf.type = type)
    list(time = fit$time, n_risk = fit$n.risk[, 1], incidence = fit$pstate[, -1],
         std_error = fit$std.err[, -1], lower = fit$lower[, -1], upper = fit$upper[, -1])
  })
  at <- quantile(d$time, c(0.2, 0.5, 0.8), names = FALSE)
  fit <- survfit(Surv(time, states) ~ 1, data = d, conf.type = "log-log")
  read <- summary(fit, times = at)
  naive <- summary(survfit(Surv(time, cause == 1) ~ 1, data = d), times = at)
  gray <- function(...) cuminc(d$time, d$cause, d$group, ...)$Tests[, "stat"]
  model <- function(X) {
    fit <- crr(d$time, d$cause, X, gtol = 1e-13, maxiter = 50)
    list(coef = unname(fit$coef), std_error = sqrt(diag(fit$var)),
         loglik = c(fit$loglik.null, fit$loglik))
  }
  specific <- coxph(Surv(time, cause == 1) ~ x, data = d,
                    control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50))
  list(
    data = d, aalen_johansen = aalen_johansen,
    at = list(times = at, n_risk = read$n.risk[, 1], incidence = read$pstate[, 2],
              std_error = read$std.err[, 2], naive = 1 - naive$surv),
    gray = gray(), gray_rho1 = gray(rho = 1), gray_stratified = gray(d$stratum),
    fine_gray = model(as.matrix(d$x)),
    fine_gray_two = if (sum(d$treated & d$cause == 1)) model(cbind(d$treated, d$x)),
    cause_specific = list(coef = unname(coef(specific)), std_error = sqrt(vcov(specific)[1]))
  )
}
cat(toJSON(list(r = R.version.string, survival = as.character(packageVersion("survival")),
                cmprsk = as.character(packageVersion("cmprsk")),
                cases = lapply(cases, reference)),
           digits = I(17), auto_unbox = FALSE, dataframe = "columns", matrix = "columnmajor"), "\n")
