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
  if (is.na(term_of(fit, cbind(x = d$treated), "x", r$conf)$coef)) return(list(chisq = NA, df = 0, p_value = NA))  # no maximum
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
