# ---- Efficacy: curves, tests, models -------------------------------------------------------------
none <- function(names_) setNames(as.list(rep(NA_real_, length(names_))), names_)
km <- function(d, conf = 0.95, type = "log-log") survfit(surv(d) ~ 1, data = d, conf.int = conf, conf.type = type)
arm_curve <- function(code, arm, conf = 0.95, type = "log-log") remembered(
  c("km", code, arm, conf, type), function() { d <- of_arm(tte(code), arm); list(d = d, fit = km(d, conf, type)) })

# A time that equals one of the curve's up to rounding is that time (as in survfit itself).
snap <- function(t, times) {
  near <- abs(times - t) <= sqrt(.Machine$double.eps) * max(1, abs(t))
  if (any(near)) times[near][1] else t
}

km_at <- function(curve, t, conf) {
  fit <- curve$fit; d <- curve$d
  t <- snap(t, fit$time)
  tolerance <- sqrt(.Machine$double.eps) * max(1, abs(t))
  at_risk <- sum(d$time >= t - tolerance) - if (is_late(d)) sum(d$entry >= t) else 0
  last <- length(fit$time)
  if (t > fit$time[last] && fit$surv[last] > 0) {
    return(list(n_at_risk = at_risk, survival = NA, std_error = NA, lower = NA, upper = NA, events = sum(fit$n.event)))
  }
  i <- sum(fit$time <= t)
  s <- if (i) fit$surv[i] else 1
  found <- list(n_at_risk = at_risk, survival = s, std_error = if (i) s * fit$std.err[i] else 0,
                lower = if (i) fit$lower[i] else 1, upper = if (i) fit$upper[i] else 1,
                events = if (i) sum(fit$n.event[seq_len(i)]) else 0)
  # Before the first event Clopper and Pearson's limits of those at risk; with late entry none.
  if (t > 0 && s == 1) {
    found$lower <- if (is_late(d)) NA else ((1 - conf) / 2)^(1 / at_risk)
    found$upper <- if (is_late(d)) NA else 1
  }
  found
}

# Fay, Brittain and Proschan (2013), method of moments.
beta_product <- function(p, a, b) {
  if (length(a) == 1) return(qbeta(p, a, b))
  m <- prod(a / (a + b)); second <- prod(a * (a + 1) / ((a + b) * (a + b + 1)))
  k <- (m - second) / (second - m^2)
  qbeta(p, m * k, (1 - m) * k)
}
bpcp <- function(curve, t, conf) {
  fit <- curve$fit; t <- snap(t, fit$time)
  at <- km_at(curve, t, conf)
  if (is.na(at$survival) || is_late(curve$d)) return(c(NA, NA))
  rows <- fit$time <= t & fit$n.event > 0
  y <- fit$n.risk[rows]; d <- fit$n.event[rows]
  free <- at$n_at_risk - sum(fit$n.event[fit$time == t])
  tail <- (1 - conf) / 2
  c(if (free > 0) beta_product(tail, c(y - d + 1, free), c(d, 1)) else 0,
    if (length(y)) beta_product(1 - tail, y - d + 1, d) else 1)
}
few <- function(curve, t, conf) {
  at <- km_at(curve, t, conf)
  !is_late(curve$d) && !is.na(at$survival) && (at$events < 5 || at$survival == 0)
}

rule_kaplan_meier <- function(r) {
  d <- of_arm(tte(r$paramcd), r$arm)
  if (r$method == "") {
    n <- nrow(d); events <- sum(d$event)
    return(list(n = n, n_events = events, n_censored = n - events, time_at_risk = at_risk_time(d),
                percent = percent(events, n)))
  }
  if (r$method == "bpcp") {
    limits <- bpcp(arm_curve(r$paramcd, r$arm, r$conf), r$time, r$conf)
    return(list(lower = limits[1], upper = limits[2]))
  }
  curve <- arm_curve(r$paramcd, r$arm, r$conf, r$method)
  if (r$level != "") {
    q <- quantile(curve$fit, c(q25 = 0.25, median = 0.5, q75 = 0.75)[[r$level]])
    return(list(median = q$quantile[[1]], lower = q$lower[[1]], upper = q$upper[[1]]))
  }
  km_at(curve, r$time, r$conf)
}

poisson_rate <- function(n, years, conf) {
  if (!(years > 0)) return(list(rate = NA, lower = NA, upper = NA))
  ci <- poisson.test(n, years, conf.level = conf)$conf.int
  list(rate = 100 * n / years, lower = 100 * ci[1], upper = 100 * ci[2])
}
poisson_ratio <- function(n, years, conf) {
  if (min(years) <= 0 || sum(n) == 0) return(list(rate_ratio = NA, lower = NA, upper = NA))
  test <- poisson.test(n, years, conf.level = conf)
  list(rate_ratio = test$estimate[[1]], lower = test$conf.int[1], upper = test$conf.int[2])
}
rule_incidence_rate <- function(r) {
  d <- tte(r$paramcd)
  of <- function(arm) { a <- of_arm(d, arm); c(sum(a$event), at_risk_time(a)) }
  one <- comparison(r$arm)
  if (is.null(one)) {
    x <- of(r$arm)
    return(c(list(n_events = x[1], time_at_risk = x[2]), poisson_rate(x[1], x[2] / trial$per_year, r$conf)))
  }
  x <- of(one$treated); y <- of(one$control)
  poisson_ratio(c(x[1], y[1]), c(x[2], y[2]) / trial$per_year, r$conf)
}

stratum_of <- function(d, names_) if (length(names_)) interaction(lapply(names_, function(name) text_of(d[[name]])), drop = TRUE) else rep(1, nrow(d))
known_strata <- function() { d <- tte(trial$primary); Filter(function(name) has(d, name), trial$strata) }
complete <- function(d, names_) if (length(names_)) rowSums(is.na(d[names_])) == 0 else rep(TRUE, nrow(d))

# Weighted log-rank scores at the event times, with late entry, strata and G(rho, gamma).
scores <- function(d, group, stratum, weigh) {
  groups <- sort(unique(group)); k <- length(groups)
  excess <- numeric(k); parts <- list()
  variance <- matrix(0, k, k)
  for (s in unique(stratum)) {
    m <- stratum == s; time <- d$time[m]; event <- d$event[m] == 1; g <- match(group[m], groups)
    entry <- if (is_late(d)) d$entry[m] else rep(-Inf, sum(m))
    curve <- 1
    for (t in sort(unique(time[event]))) {
      there <- time >= t & entry < t
      y <- tabulate(g[there], k); dead <- tabulate(g[event & time == t], k)
      w <- weigh(curve); n <- sum(y); x <- sum(dead)
      excess <- excess + w * (dead - y * x / n)
      if (n > 1) variance <- variance + w^2 * x * (n - x) / (n - 1) * (diag(y / n, k) - outer(y, y) / n^2)
      curve <- curve * (1 - x / n)
    }
  }
  list(excess = excess, variance = variance, groups = groups)
}
nothing_to_test <- function(d, group) length(unique(group)) < 2 || !any(d$event == 1)
rank_test <- function(d, group, stratum = rep(1, nrow(d)), rho = 0) {
  if (nothing_to_test(d, group)) return(none(c("chisq", "df", "p_value")))
  if (is_late(d)) {
    found <- scores(d, group, stratum, function(s) s^rho)
    alive <- which(diag(found$variance) > 0)
    if (length(alive) < 2) return(none(c("chisq", "df", "p_value")))
    inner <- alive[-1]
    chisq <- drop(found$excess[inner] %*% solve(found$variance[inner, inner], found$excess[inner]))
    return(list(chisq = chisq, df = length(inner), p_value = pchisq(chisq, length(inner), lower.tail = FALSE)))
  }
  d$group_ <- group; d$stratum_ <- stratum
  fit <- if (length(unique(stratum)) > 1) survdiff(Surv(time, event) ~ group_ + strata(stratum_), data = d, rho = rho)
    else survdiff(Surv(time, event) ~ group_, data = d, rho = rho)
  expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
  df <- max(sum(expected > 1e-12) - 1, 1)
  if (!is.finite(fit$chisq) || (fit$chisq == 0 && all(abs(fit$var) < 1e-12))) return(list(chisq = NA, df = df, p_value = NA))
  list(chisq = fit$chisq, df = df, p_value = pchisq(fit$chisq, df, lower.tail = FALSE))
}
compared_arms <- function(d, arm) {
  one <- comparison(arm)
  if (is.null(one)) { d <- d[d$arm %in% codes, ]; list(d = d, group = match(d$arm, codes)) } else { d <- pair(d, one); list(d = d, group = d$treated) }
}
rule_log_rank <- function(r) {
  d <- tte(r$paramcd)
  if (r$method == "stratified") d <- d[complete(d, known_strata()), ]
  both <- compared_arms(d, r$arm)
  switch(if (r$method == "") "plain" else r$method,
    plain = rank_test(both$d, both$group), `rho=1` = rank_test(both$d, both$group, rho = 1),
    stratified = rank_test(both$d, both$group, as.character(stratum_of(both$d, known_strata()))),
    trend = {
      if (nothing_to_test(both$d, both$group)) return(none(c("chisq", "df", "p_value")))
      found <- scores(both$d, both$group, rep(1, nrow(both$d)), function(s) 1)
      chisq <- drop(found$groups %*% found$excess)^2 / drop(found$groups %*% found$variance %*% found$groups)
      list(chisq = chisq, df = 1, p_value = pchisq(chisq, 1, lower.tail = FALSE))
    },
    maxcombo = {
      if (nothing_to_test(both$d, both$group)) return(none(c("chisq", "df", "p_value")))
      weights <- list(function(s) 1, function(s) s, function(s) 1 - s, function(s) s * (1 - s))
      z2 <- vapply(weights, function(w) { f <- scores(both$d, both$group, rep(1, nrow(both$d)), w); f$excess[2]^2 / f$variance[2, 2] }, 0)
      z2 <- z2[is.finite(z2)]
      list(chisq = if (length(z2)) max(z2) else NA, df = NA)  # its P value needs a normal integral: not covered
    })
}

# ---- Cox models ----------------------------------------------------------------------------------
estimates <- c("coef", "std_error", "hr", "hr_lower", "hr_upper", "p_value")
exactly <- coxph.control(eps = 1e-11, iter.max = 100, toler.inf = 1e-4)
columns_of <- function(d, covariates) {
  X <- list(treatment = d$treated)
  for (name in covariates) {
    x <- d[[name]]
    if (is.numeric(x)) X[[name]] <- x
    else for (level in in_order(x)[-1]) X[[paste0(name, "=", level)]] <- as.integer(text_of(x) == level)
  }
  as.matrix(as.data.frame(X, optional = TRUE))
}
fit_cox <- function(d, X, stratum = NULL, ties = "efron") {
  d$stratum_ <- stratum
  formula <- if (is.null(stratum)) surv(d) ~ X else surv(d) ~ X + strata(stratum_)
  suppressWarnings(coxph(formula, data = d, ties = ties, control = exactly))
}
term_of <- function(model, X, term, conf) {
  i <- match(term, colnames(X))
  b <- coef(model)[[i]]; se <- sqrt(diag(as.matrix(vcov(model, complete = TRUE)))[[i]])
  width <- diff(range(X[, i]))
  if (is.na(b) || !is.finite(se) || abs(b) * width > 10 && se * width > 10) return(none(estimates))
  z <- qnorm((1 + conf) / 2)
  list(coef = b, std_error = se, hr = exp(b), hr_lower = exp(b - z * se), hr_upper = exp(b + z * se), p_value = wald_p(b, se))
}
both_have_events <- function(d) any(d$event[d$treated == 1] == 1) && any(d$event[d$treated == 0] == 1)
treatment_effect <- function(d, conf, stratum = NULL, ties = "efron") {
  if (!both_have_events(d)) return(none(estimates))
  X <- columns_of(d, NULL)
  term_of(fit_cox(d, X, stratum, ties), X, "treatment", conf)
}
filled <- function(d, variables) {
  for (name in variables) {
    x <- d[[name]]
    if (anyNA(x)) d[[name]] <- if (is.numeric(x)) ifelse(is.na(x), mean(x, na.rm = TRUE), x) else ifelse(is.na(x), "missing", text_of(x))
  }
  d
}
model_named <- function(name) { for (one in trial$models) if (one$name == name) return(one); NULL }

# Half the log of the information is Firth's penalty; the likelihood itself with `penalty` 0.
one_coefficient <- function(d, ties, penalty) {
  X <- columns_of(d, NULL)
  function(b) {
    fit <- suppressWarnings(coxph(surv(d) ~ X, init = b, ties = ties, control = coxph.control(iter.max = 0)))
    fit$loglik[length(fit$loglik)] - penalty * 0.5 * log(fit$var[1, 1])
  }
}
limit <- function(f, best, top, conf, direction) {
  g <- function(b) 2 * (top - f(b)) - qchisq(conf, 1)
  end <- best + direction
  while (g(end) < 0) { if (abs(end) > 50) return(direction * Inf); end <- end + direction }
  uniroot(g, sort(c(best, end)), tol = 1e-12)$root
}
firth <- function(d, conf, ties = "efron") {
  f <- one_coefficient(d, ties, 1)
  best <- optimize(f, c(-15, 15), maximum = TRUE, tol = 1e-10)$maximum
  X <- columns_of(d, NULL)
  se <- sqrt(suppressWarnings(coxph(surv(d) ~ X, init = best, ties = ties, control = coxph.control(iter.max = 0)))$var[1, 1])
  list(coef = best, std_error = se, hr = exp(best), hr_lower = exp(limit(f, best, f(best), conf, -1)),
       hr_upper = exp(limit(f, best, f(best), conf, 1)), p_value = pchisq(2 * (f(best) - f(0)), 1, lower.tail = FALSE))
}
profile_limits <- function(d, conf, ties) {
  f <- one_coefficient(d, ties, 0)
  up <- any(d$event[d$treated == 1] == 1)
  top <- f(if (up) 40 else -40)
  other <- exp(limit(f, if (up) 40 else -40, top, conf, if (up) -1 else 1))
  list(hr = if (up) Inf else 0, hr_lower = if (up) other else 0, hr_upper = if (up) Inf else other,
       p_value = pchisq(2 * (top - f(0)), 1, lower.tail = FALSE))
}

rule_cox <- function(r) {
  one <- comparison(r$arm); d <- tte(r$paramcd); method <- r$method
  # The plan's ties first; a chapter's parameter may ask for others, which stand beside them.
  ties <- trial$ties
  if (method %in% c("efron", "breslow", "exact")) {
    if (is_late(d) && method == "exact") return(none(estimates))
    return(treatment_effect(pair(d, one), r$conf, ties = method))
  }
  if (method == "firth") return(firth(pair(d, one), r$conf, if (ties == "exact") "efron" else ties))
  if (method == "profile") return(profile_limits(pair(d, one), r$conf, if (ties == "exact") "efron" else ties))
  if (is_late(d) && ties == "exact") return(NULL)
  covariates <- character(); by <- known_strata()
  if (method == "stratified") d <- d[complete(d, by), ] else {
    complete_cases <- grepl(":complete$", method)
    model <- model_named(sub(":complete$", "", sub("^adjusted:", "", method)))
    if (is.null(model)) return(NULL)
    covariates <- model$covariates; by <- model$strata
    n_missing <- sum(!complete(pair(d, one), c(covariates, by)))
    d <- if (complete_cases) d[complete(d, c(covariates, by)), ] else filled(d, c(covariates, by))
  }
  d <- pair(d, one)
  found <- if (r$level == "" && method != "stratified") list(n = nrow(d), n_events = sum(d$event), n_missing = n_missing)
    else list(n = nrow(d), n_events = sum(d$event))
  if (!nrow(d)) return(c(found, none(estimates)))
  X <- columns_of(d, covariates)
  fit <- remembered(c("cox", r$paramcd, r$arm, method), function() fit_cox(d, X, if (length(by)) stratum_of(d, by), ties))
  term <- if (r$level == "") "treatment" else r$level
  c(found, if (term == "treatment" && !both_have_events(d)) none(estimates) else term_of(fit, X, term, r$conf))
}

rule_proportional_hazards <- function(r) {
  d <- pair(tte(r$paramcd), comparison(r$arm)); wanted <- c("chisq", "df", "p_value")
  if (!both_have_events(d) || (r$method == "log" && any(d$time[d$event == 1] == 0))) return(none(wanted))
  fit <- remembered(c("zph", r$paramcd, r$arm), function() { d$x <- d$treated; s <- surv(d); coxph(s ~ x, data = d, control = exactly) })
  z <- cox.zph(fit, transform = r$method)$table["GLOBAL", ]
  setNames(as.list(z), wanted)
}

rule_subgroup <- function(r) {
  d <- tte(r$paramcd)
  one <- comparison(r$arm)
  if (r$method == "interaction") {
    d <- pair(d[!is.na(d[[r$subgroup]]), ], one); level <- text_of(d[[r$subgroup]])
    if (!both_have_events(d) || any(tapply(d$event, level, sum) == 0)) return(none(c("chisq", "df", "p_value")))
    d[[r$subgroup]] <- level
    main <- columns_of(d, r$subgroup)
    both <- cbind(main, main[, -1, drop = FALSE] * main[, 1])
    a <- fit_cox(d, main); b <- fit_cox(d, both)
    df <- sum(!is.na(coef(b))) - sum(!is.na(coef(a)))
    if (df == 0) return(none(c("chisq", "df", "p_value")))
    chisq <- max(2 * (b$loglik[2] - a$loglik[2]), 0)
    return(list(chisq = chisq, df = df, p_value = pchisq(chisq, df, lower.tail = FALSE)))
  }
  variable <- sub("=.*$", "", r$subgroup); level <- substring(r$subgroup, nchar(variable) + 2)
  d <- d[text_of(d[[variable]]) %in% level, ]
  if (!is.null(one)) return(treatment_effect(pair(d, one), r$conf))
  d <- of_arm(d, r$arm); years <- at_risk_time(d) / trial$per_year
  list(n = nrow(d), n_events = sum(d$event), rate = if (years > 0) 100 * sum(d$event) / years else NA)
}

# ---- Areas, differences, competing risks ---------------------------------------------------------
area <- function(fit, tau) {
  start <- c(0, fit$time); s <- c(1, fit$surv); keep <- start < tau
  sum(diff(c(start[keep], tau)) * s[keep])
}
reaches <- function(curve, tau) { n <- length(curve$fit$time); tau > 0 && (curve$fit$surv[n] <= 0 || snap(tau, curve$fit$time) <= curve$fit$time[n]) }
rmst_arm <- function(code, arm, tau, conf) {
  curve <- arm_curve(code, arm, conf); fit <- curve$fit
  if (!reaches(curve, tau)) return(NULL)
  tau <- snap(tau, fit$time)
  at <- fit$time <= tau & fit$n.event > 0 & fit$n.risk > fit$n.event
  total <- area(fit, tau)
  rest <- vapply(fit$time[at], function(t) total - area(fit, t), 0)
  se <- sqrt(sum(rest^2 * fit$n.event[at] / (fit$n.risk[at] * (fit$n.risk[at] - fit$n.event[at]))))
  z <- qnorm((1 + conf) / 2); known <- any(fit$n.event[fit$time < tau] > 0)
  limits <- if (known) total + c(-1, 1) * z * se else
    c(if (is_late(curve$d)) NA else tau * ((1 - conf) / 2)^(1 / km_at(curve, tau, conf)$n_at_risk), tau)
  list(estimate = total, se = se, lower = limits[1], upper = limits[2], known = known)
}
hazard_arm <- function(code, arm, tau, conf) {
  curve <- arm_curve(code, arm, conf); fit <- curve$fit
  if (!reaches(curve, tau)) return(NULL)
  tau <- snap(tau, fit$time); total <- area(fit, tau)
  at <- fit$time <= tau & fit$n.event > 0
  if (!any(at)) {
    least <- bpcp(curve, tau, conf)[1]
    return(list(estimate = 0, se = NA, lower = 0, upper = (1 - least) / (tau * least), known = FALSE))
  }
  happened <- 1 - km_at(curve, tau, conf)$survival
  so_far <- vapply(fit$time[at], function(t) area(fit, t), 0)
  se <- sqrt(sum((1 / happened - so_far / total)^2 * fit$n.event[at] / fit$n.risk[at]^2))
  h <- happened / total; z <- qnorm((1 + conf) / 2)
  list(estimate = h, se = h * se, lower = h * exp(-z * se), upper = h * exp(z * se), known = TRUE)
}
mover <- function(a, la, ua, b, lb, ub) c(a - b - sqrt((a - la)^2 + (ub - b)^2), a - b + sqrt((ua - a)^2 + (b - lb)^2))
compare_areas <- function(x, y, method, conf, per = 1) {
  if (is.null(x) || is.null(y)) return(setNames(as.list(rep(NA, 5)), c(method, "std_error", "lower", "upper", "p_value")))
  z <- qnorm((1 + conf) / 2); known <- x$known && y$known
  if (method == "difference") {
    estimate <- x$estimate - y$estimate; se <- sqrt(x$se^2 + y$se^2)
    limits <- if (known) estimate + c(-1, 1) * z * se else mover(x$estimate, x$lower, x$upper, y$estimate, y$lower, y$upper)
    found <- list(per * estimate, per * se, per * limits[1], per * limits[2], if (known) wald_p(estimate, se) else NA)
  } else {
    estimate <- log(x$estimate / y$estimate); se <- sqrt((x$se / x$estimate)^2 + (y$se / y$estimate)^2)
    log_limits <- function(a) if (a$known) { h <- (a$upper - a$estimate) / a$estimate; log(a$estimate) + c(-h, h) } else log(c(a$lower, a$upper))
    lx <- log_limits(x); ly <- log_limits(y)
    limits <- if (known) estimate + c(-1, 1) * z * se else mover(log(x$estimate), lx[1], lx[2], log(y$estimate), ly[1], ly[2])
    found <- list(exp(estimate), se, exp(limits[1]), exp(limits[2]), if (known) wald_p(estimate, se) else NA)
  }
  setNames(found, c(method, "std_error", "lower", "upper", "p_value"))
}
area_rule <- function(of_one_arm, name, per) function(r) {
  one <- comparison(r$arm)
  arm <- function(code) if (nrow(of_arm(tte(r$paramcd), code))) of_one_arm(r$paramcd, code, r$time, r$conf)
  if (!is.null(one)) {
    x <- arm(one$treated); y <- arm(one$control)
    if (name == "average_hazard" && r$method == "ratio" && !is.null(x) && !is.null(y) && !(x$known && y$known)) {
      found <- none(c("ratio", "std_error", "lower", "upper", "p_value"))
      if (y$known) found$ratio <- x$estimate / y$estimate
      return(found)
    }
    return(compare_areas(x, y, r$method, r$conf, per))
  }
  x <- arm(r$arm)
  if (is.null(x)) return(none(c(name, "std_error", "lower", "upper")))
  setNames(list(per * x$estimate, per * x$se, per * x$lower, per * x$upper), c(name, "std_error", "lower", "upper"))
}
rule_rmst <- area_rule(rmst_arm, "rmst", 1)
rule_average_hazard <- area_rule(hazard_arm, "average_hazard", 100 * trial$per_year)

mover_at <- function(curves, at, t, conf) {
  limits <- lapply(1:2, function(i) if (few(curves[[i]], t, conf)) bpcp(curves[[i]], t, conf) else c(at[[i]]$lower, at[[i]]$upper))
  mover(at[[1]]$survival, limits[[1]][1], limits[[1]][2], at[[2]]$survival, limits[[2]][1], limits[[2]][2])
}
# Survival of two arms at a time: Wald's limits, MOVER's where an arm has few events by then.
difference_at <- function(curves, t, conf, method = "") {
  at <- lapply(curves, km_at, t = t, conf = conf)
  difference <- at[[1]]$survival - at[[2]]$survival; se <- sqrt(at[[1]]$std_error^2 + at[[2]]$std_error^2)
  half <- if (is.finite(se) && se > 0) qnorm((1 + conf) / 2) * se else NA
  sparse <- few(curves[[1]], t, conf) || few(curves[[2]], t, conf)
  ends <- if (method == "mover" || (method != "wald" && sparse)) mover_at(curves, at, t, conf) else difference + c(-1, 1) * half
  list(difference = difference, std_error = se, lower = ends[1], upper = ends[2], few = sparse)
}
rule_landmark <- function(r) {
  one <- comparison(r$arm)
  curves <- lapply(c(one$treated, one$control), function(arm) arm_curve(r$paramcd, arm, r$conf))
  x <- difference_at(curves, r$time, r$conf, if (r$method == "mover") "mover" else "wald")
  if (r$method == "mover") return(x[c("difference", "lower", "upper")])
  c(x[c("difference", "std_error", "lower", "upper")],
    list(p_value = wald_p(x$difference, x$std_error), nnt = if (x$difference %in% c(NA, 0)) NA else 1 / x$difference))
}

first_event <- function(code) remembered(c("competing", code), function() {
  d <- tte(code); d$cause <- d$event
  i <- 1
  for (other in endpoint(code)$competing) {
    i <- i + 1
    if (!is.na(other$cnsr)) { d$cause[d$cause == 0 & d$CNSR == other$cnsr] <- i; next }
    rows <- data$adtte[data$adtte$PARAMCD == other$paramcd & data$adtte$CNSR == 0, ]
    t <- rows$AVAL[match(d$USUBJID, rows$USUBJID)]
    first <- !is.na(t) & (t < d$time | (t == d$time & d$cause == 0))
    d$time[first] <- t[first]; d$cause[first] <- i
  }
  d
})
rule_competing_risks <- function(r) {
  d <- first_event(r$paramcd); events <- endpoint(r$paramcd)$competing
  names_ <- c(r$paramcd, vapply(events, function(e) if (is.na(e$paramcd)) paste0("CNSR=", e$cnsr) else e$paramcd, ""))
  cause <- match(r$level, names_)
  one <- comparison(r$arm)
  if (is.null(one)) {
    d <- of_arm(d, r$arm)
    return(aj_at(remembered(c("aj", r$paramcd, r$arm, r$conf), function() ajs(d$time, d$cause, length(names_), r$conf)), cause, r$time))
  }
  d <- pair(d, one); had <- d$cause == cause
  in_both <- any(had[d$treated == 1]) && any(had[d$treated == 0])
  if (r$method == "cause_specific") { d$event <- as.integer(had); d$late <- FALSE; return(treatment_effect(d, r$conf)) }
  if (!requireNamespace("cmprsk", quietly = TRUE)) return(NULL)
  if (r$method == "gray") {
    if (!any(had) || length(unique(d$treated)) < 2) return(none(c("chisq", "p_value")))
    tests <- remembered(c("gray", r$paramcd, r$arm), function() cmprsk::cuminc(d$time, d$cause, d$treated)$Tests)
    row <- if (as.character(cause) %in% rownames(tests)) tests[as.character(cause), ] else c(NA, NA)
    return(list(chisq = row[[1]], p_value = row[[2]]))
  }
  if (!in_both) return(none(estimates))
  fit <- cmprsk::crr(d$time, d$cause, cbind(d$treated), failcode = cause, cencode = 0, gtol = 1e-10, maxiter = 50)
  b <- fit$coef[[1]]; se <- sqrt(fit$var[1, 1]); z <- z_of(r)
  list(coef = b, std_error = se, hr = exp(b), hr_lower = exp(b - z * se), hr_upper = exp(b + z * se), p_value = wald_p(b, se))
}

rule_composite <- function(r) {
  d <- tte(r$paramcd); parts <- endpoint(r$paramcd)$components
  t <- vapply(parts, function(code) {
    rows <- data$adtte[data$adtte$PARAMCD == code & data$adtte$CNSR == 0, ]
    rows$AVAL[match(d$USUBJID, rows$USUBJID)]
  }, numeric(nrow(d)))
  t <- matrix(t, nrow(d))
  which_ <- apply(t == d$time, 1, function(hit) { i <- which(hit); if (length(i)) i[1] else length(parts) + 1L })
  mine <- d$arm == r$arm
  n <- if (r$method == "any") sum(!is.na(t[mine, match(r$level, parts)]))
    else sum(d$event[mine] == 1 & c(parts, "OTHER")[which_[mine]] == r$level)
  list(n = n, percent = percent(n, sum(mine)))
}

cut_off <- function(d, end) {
  if (is_late(d)) d <- d[d$entry < end, ]
  d$event <- as.integer(d$event == 1 & d$time <= end); d$time <- pmin(d$time, end); d
}
rule_period <- function(r) {
  d <- pair(tte(r$paramcd), comparison(r$arm))
  bounds <- as.numeric(strsplit(sub("^from ", "", r$level), " to ")[[1]])
  end <- if (length(bounds) > 1) bounds[2] else Inf
  # The level is rounded to six digits: the landmark itself is meant.
  exact <- function(t) {
    near <- is.finite(t) & abs(trial$landmarks - t) <= 1e-5 * t
    if (any(near)) trial$landmarks[near][1] else t
  }
  bounds[1] <- exact(bounds[1]); end <- exact(end)
  if (bounds[1] > 0) d <- d[d$time > bounds[1], ]
  d <- cut_off(d, end)
  c(list(n = nrow(d), n_events = sum(d$event)), treatment_effect(d, r$conf))
}
place_of <- function() { for (name in c("SITEID", "COUNTRY")) if (name %in% names(data$efficacy) && length(unique(na.omit(data$efficacy[[name]]))) > 1) return(name); NA }
rule_sensitivity <- function(r) {
  d <- tte(r$paramcd); stratum <- NULL
  if (r$method == "per_protocol") d <- d[d$PPROTFL %in% "Y", ]
  if (r$method == "horizon") d <- cut_off(d, trial$horizon)
  if (r$method == "withdrawal_event") d$event <- as.integer(d$event == 1 | d$EOSSTT %in% "DISCONTINUED")
  if (r$method %in% c("midpoint", "last_visit")) {
    at <- match(data$adlb$USUBJID, d$USUBJID); day <- data$adlb$ADY * trial$per_year / 365.25
    keep <- !is.na(at) & !is.na(day) & day >= 0; keep[keep] <- day[keep] < d$time[at[keep]]
    before <- rep(NA_real_, nrow(d))
    latest <- tapply(day[keep], at[keep], max); before[as.integer(names(latest))] <- latest
    moved <- ifelse(d$event == 1 & !is.na(before), before, d$time)
    d$time <- if (r$method == "midpoint") (d$time + moved) / 2 else moved
  }
  if (r$method == "centre") { d <- d[!is.na(d[[place_of()]]), ]; stratum <- place_of() }
  d <- pair(d, comparison(r$arm))
  effect <- if (r$method == "firth") firth(d, r$conf)
    else treatment_effect(d, r$conf, if (!is.null(stratum)) text_of(d[[stratum]]))
  c(list(n = nrow(d), n_events = sum(d$event)), effect)
}

rule_strata <- function(r) {
  by <- known_strata(); d <- tte(r$paramcd)
  d <- pair(d[complete(d, by), ], comparison(r$arm)); s <- stratum_of(d, by)
  if (r$level == "all") return(list(n = length(unique(s))))
  informs <- vapply(split(d, s, drop = TRUE), function(x) {
    any(x$event == 1) && length(unique(x$treated)) == 2 &&
      min(x$time[x$event == 1]) <= min(tapply(x$time, x$treated, max))
  }, NA)
  list(n = sum(informs))
}

planned_p <- function(code, arm) rule_log_rank(list(paramcd = code, arm = arm, method = if (trial$test == "stratified") "stratified" else ""))$p_value
rule_multiplicity <- function(r) {
  family <- trial$multiplicity
  arms <- if (family$across_arms) vapply(trial$comparisons, `[[`, "", "name") else r$arm
  if (r$method == "graph") return(NULL)
  ordered <- if (r$method == "fixed_sequence") family$order else family$family
  keys <- expand.grid(arm = arms, code = ordered, stringsAsFactors = FALSE)
  p <- mapply(planned_p, keys$code, keys$arm)
  q <- if (r$method == "fixed_sequence") cummax(p) else { q <- p; q[!is.na(p)] <- p.adjust(p[!is.na(p)], r$method); q }
  list(p_value = q[[which(keys$arm == r$arm & keys$code == r$paramcd)]])
}

proportions <- function(a, n1, c, n0, conf) {
  if (n1 == 0 || n0 == 0) return(none(c("p_value", "risk_difference", "lower", "upper")))
  z <- qnorm((1 + conf) / 2)
  wilson <- function(x, n) { p <- (x + z^2 / 2) / (n + z^2); h <- z * sqrt(x * (n - x) / n + z^2 / 4) / (n + z^2)
    c(if (x == 0) 0 else p - h, if (x == n) 1 else p + h) }
  w1 <- wilson(a, n1); w0 <- wilson(c, n0)
  ends <- mover(a / n1, w1[1], w1[2], c / n0, w0[1], w0[2])
  list(p_value = fisher.test(rbind(c(a, n1 - a), c(c, n0 - c)))$p.value, risk_difference = a / n1 - c / n0, lower = ends[1], upper = ends[2])
}
rule_response <- function(r) {
  d <- data$efficacy; yes <- d[[r$paramcd]] %in% "Y"; one <- comparison(r$arm)
  if (is.null(one)) {
    mine <- d$arm == r$arm
    return(list(n = sum(yes[mine]), percent = percent(sum(yes[mine]), sum(mine)), n_missing = sum(is.na(d[[r$paramcd]][mine]))))
  }
  x <- d$arm == one$treated; y <- d$arm == one$control
  proportions(sum(yes[x]), sum(x), sum(yes[y]), sum(y), r$conf)
}

rule_noninferiority <- function(r) {
  d <- tte(r$paramcd); one <- comparison(r$arm)
  if (r$level == "per_protocol") d <- d[d$PPROTFL %in% "Y", ]
  both <- pair(d, one); counts <- list(n = nrow(both), n_events = sum(both$event))
  if (r$method == "difference") {
    margin <- trial$margin_difference
    curves <- lapply(c(one$treated, one$control), function(arm) { of <- of_arm(d, arm); list(d = of, fit = km(of, r$conf)) })
    x <- difference_at(curves, r$time, r$conf)
    beyond <- (x$difference - margin) / x$std_error
    if (x$few) beyond <- NA
    return(c(counts, list(survival = margin, difference = x$difference, lower = x$lower, upper = x$upper,
                          p_value = if (margin < 0) pnorm(beyond, lower.tail = FALSE) else pnorm(beyond))))
  }
  x <- if (r$method %in% c("efron", "breslow", "exact")) treatment_effect(both, r$conf, ties = r$method)
    else if (r$level == "") rule_cox(list(paramcd = r$paramcd, arm = r$arm, level = "", method = r$method, conf = r$conf))
  if (is.null(x)) return(counts)
  z <- (x$coef - log(trial$margin)) / x$std_error
  c(counts, list(hr = trial$margin, ratio = x$hr, lower = x$hr_lower, upper = x$hr_upper,
                 p_value = if (trial$margin < 1) pnorm(z, lower.tail = FALSE) else pnorm(z)))
}
