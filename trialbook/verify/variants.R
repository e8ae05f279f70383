# ---- Variants of the analysis, families of tests, proportions ------------------------------------
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
