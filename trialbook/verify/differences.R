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
