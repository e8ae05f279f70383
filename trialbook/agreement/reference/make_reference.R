# Reference values of R's survival for random data of awkward kinds.
#
#   Rscript trialbook/agreement/reference/make_reference.R SEED CASES_PER_KIND OUT.json
#
# The committed survival.json is SEED 1, one case per kind; run it with other seeds and more cases
# to hunt for disagreements. Needs the packages survival (3.5-3) and jsonlite.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
set.seed(as.integer(arguments[1]))
cases_per_kind <- as.integer(arguments[2])

quietly <- function(expr) tryCatch(suppressWarnings(expr), error = function(e) NULL)
number <- function(x) if (is.null(x)) NULL else unname(as.numeric(x))

draw <- function(kind) {
  n <- sample(c(8, 15, 30, 60), 1)
  arms <- if (kind == "four arms") 4 else if (kind == "three arms") 3 else 2
  group <- c(seq_len(arms), sample(arms, n - arms, TRUE)) - 1
  hazard <- exp(runif(1, -1, 1) * group) / 20
  time <- rexp(n, hazard)
  event <- as.integer(runif(n) < runif(1, 0.3, 0.95))
  entry <- NULL; weights <- NULL
  if (kind == "ties") time <- ceiling(time / 4)
  if (kind == "heavy ties") time <- ceiling(time / 15)
  if (kind == "zero times") { time <- floor(time / 4); time[1] <- 0; event[1] <- 1 }
  if (kind == "few events") event <- as.integer(seq_len(n) %in% sample(n, 3))
  if (kind == "one event") event <- as.integer(seq_len(n) == sample(n, 1))
  if (kind == "all censored") event <- rep(0L, n)
  if (kind == "all events") event <- rep(1L, n)
  if (kind == "arm without events") { event[group == 1] <- 0L; event[which(group == 0)[1]] <- 1L }
  if (kind == "exact half") { n <- 2 * n; time <- c(time, time) * 0 + sample(n); event <- rep(1L, n)
    event[time > n / 2] <- 0L; group <- rep(0:1, length.out = n); time <- time * 2 }
  if (kind == "nearly tied") { time <- ceiling(time / 4) * 0.1; time <- time + sample(c(0, 1e-15, -1e-10, 1e-9), n, TRUE) }
  if (kind == "seconds") time <- time * 2.6e6
  if (kind == "years") time <- ceiling(time) / 365.25
  if (kind == "crossing") time <- ifelse(group == 1, rweibull(n, 2, 20), rweibull(n, 0.6, 20))
  if (kind == "late entry") { time <- ceiling(time) + 1; entry <- floor(runif(n) * time * 0.9) }
  if (kind == "whole weights") weights <- sample(3, n, TRUE)
  if (kind == "weights") weights <- round(runif(n, 0.2, 2), 3)
  list(time = time, event = event, group = group, x = round(rnorm(n), 2),
       stratum = sample(letters[1:3], n, TRUE), entry = entry, weights = weights)
}

km <- function(d, of, level) {
  s <- with(d, if (is.null(entry)) Surv(time, event) else Surv(entry, time, event))[of]
  w <- if (is.null(d$weights)) rep(1, sum(of)) else d$weights[of]
  one <- function(type) {
    # robust = FALSE: Greenwood's variance, also with weights
    fit <- survfit(s ~ 1, weights = w, conf.type = type, conf.int = level, robust = FALSE)
    q <- quietly(quantile(fit, c(0.25, 0.5, 0.75)))
    list(time = fit$time, n_at_risk = fit$n.risk, n_events = fit$n.event, n_censored = fit$n.censor,
         survival = fit$surv, std_error = fit$surv * fit$std.err, lower = fit$lower, upper = fit$upper,
         quantile = number(q$quantile), quantile_lower = number(q$lower), quantile_upper = number(q$upper))
  }
  sapply(c("log-log", "log", "plain"), one, simplify = FALSE)
}

follow_up <- function(d, of) {
  fit <- survfit(Surv(d$time, 1 - d$event)[of] ~ 1, conf.type = "log-log")
  number(quietly(quantile(fit, 0.5))$quantile)
}

mean_to <- function(d, of, tau) {
  fit <- survfit(Surv(d$time, d$event)[of] ~ 1)
  m <- survival:::survmean(fit, rmean = tau)$matrix
  list(tau = tau, rmst = number(m["rmean"]), std_error = number(m["se(rmean)"]))
}

logrank <- function(d, rho, by_stratum) {
  d <- as.data.frame(d[c("time", "event", "group", "stratum")])
  fit <- quietly(if (by_stratum) survdiff(Surv(time, event) ~ group + strata(stratum), data = d, rho = rho)
                 else survdiff(Surv(time, event) ~ group, data = d, rho = rho))
  if (is.null(fit)) return(NULL)
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  list(rho = rho, strata = by_stratum, chisq = fit$chisq, df = sum(total(fit$exp) > 0) - 1, p_value = fit$pvalue,
       observed = number(total(fit$obs)), expected = number(total(fit$exp)))
}

cox <- function(d, terms, ties, by_stratum = FALSE, cluster = FALSE, zph = TRUE) {
  d$id <- seq_along(d$time) %/% 2
  d <- d[!sapply(d, is.null)]
  left <- if (is.null(d$entry)) "Surv(time, event)" else "Surv(entry, time, event)"
  right <- c(if (max(d$group) > 1) "factor(group)" else "group", if (terms > 1) "x", if (by_stratum) "strata(stratum)")
  arguments <- list(as.formula(paste(left, "~", paste(right, collapse = " + "))), data = as.data.frame(d), ties = ties,
                    control = coxph.control(eps = 1e-14, iter.max = 50, toler.chol = 1e-15))
  if (!is.null(d$weights)) { arguments$weights <- d$weights }
  if (cluster) arguments$cluster <- d$id
  fit <- quietly(do.call(coxph, arguments))
  if (is.null(fit)) return(NULL)
  s <- summary(fit)
  tests <- function(transform) { z <- quietly(cox.zph(fit, transform, terms = FALSE)); if (is.null(z)) NULL else number(z$table[, "chisq"]) }
  z <- if (zph) quietly(cox.zph(fit, "identity", terms = FALSE))
  list(terms = terms, ties = ties, strata = by_stratum, cluster = cluster, coef = number(fit$coefficients),
       std_error = sqrt(diag(fit$var)), loglik = fit$loglik, score = fit$score, wald = number(fit$wald.test),
       concordance = number(fit$concordance["concordance"]), concordance_std = number(concordance(fit)$var)^0.5,
       pairs = number(fit$concordance[c("concordant", "discordant", "tied.x")]),
       zph = if (zph) sapply(c("km", "rank", "identity", "log"), tests, simplify = FALSE),
       scaled = if (!is.null(z)) unname(z$y), scaled_variance = if (!is.null(z)) unname(z$var))
}

smooth <- function(d) {
  fit <- coxph(Surv(time, event) ~ group, data = as.data.frame(d[1:5]))
  z <- cox.zph(fit, "identity"); xx <- z$x; grid <- seq(min(xx), max(xx), length = 40)
  basis <- splines::ns(c(grid, xx), df = 4, intercept = TRUE)
  q <- qr(basis[-(1:40), ]); at <- basis[1:40, ]
  inner <- chol2inv(qr.R(q)[, order(q$pivot)]); yhat <- at %*% qr.coef(q, z$y)
  list(time = grid, log_hr = number(yhat), std_error = number(sqrt(z$var[1, 1] * rowSums((at %*% inner) * at))))
}

analyse <- function(kind) {
  d <- draw(kind)
  plain <- is.null(d$entry) && is.null(d$weights)
  level <- sample(c(0.95, 0.9), 1)
  groups <- sort(unique(d$group))
  last <- sapply(groups, function(g) max(d$time[d$group == g & d$event == 1], -Inf))
  tau <- if (all(is.finite(last))) min(last) else min(tapply(d$time, d$group, max))
  list(kind = kind, data = d, conf_level = level, tau = tau,
       km = lapply(groups, function(g) km(d, d$group == g, level)),
       follow_up = if (plain) lapply(groups, function(g) follow_up(d, d$group == g)),
       rmst = if (plain && tau > 0) lapply(groups, function(g) mean_to(d, d$group == g, tau)),
       log_rank = if (plain) Filter(Negate(is.null), list(logrank(d, 0, FALSE), logrank(d, 1, FALSE), logrank(d, 0.5, TRUE), logrank(d, 0, TRUE))),
       cox = if (!kind %in% c("all censored", "one event", "arm without events")) Filter(Negate(is.null), list(
         cox(d, 1, "efron"), cox(d, 1, "breslow"), if (plain) cox(d, 1, "exact"),
         cox(d, 2, "efron"), cox(d, 2, "breslow"), if (plain) cox(d, 2, "exact"), cox(d, 2, "efron", by_stratum = TRUE),
         if (plain) cox(d, 2, "exact", by_stratum = TRUE, zph = FALSE),
         cox(d, 2, "efron", cluster = TRUE, zph = FALSE), cox(d, 1, "breslow", by_stratum = TRUE, cluster = TRUE, zph = FALSE))),
       smooth = if (kind == "crossing") quietly(smooth(d)))
}

kinds <- c("continuous", "ties", "heavy ties", "zero times", "few events", "one event", "all censored", "all events",
           "arm without events", "exact half", "nearly tied", "seconds", "years", "crossing", "late entry", "whole weights",
           "weights", "three arms", "four arms")
cases <- lapply(rep(kinds, each = cases_per_kind), analyse)
out <- list(r = R.version.string, survival = as.character(packageVersion("survival")),
            call = paste("Rscript trialbook/agreement/reference/make_reference.R", arguments[1], arguments[2]), cases = cases)
writeLines(toJSON(out, digits = I(17), na = "null", null = "null", auto_unbox = TRUE), arguments[3])
