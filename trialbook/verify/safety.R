# ---- Safety: adverse events, laboratory ----------------------------------------------------------
emergent <- function() remembered("emergent", function() {
  e <- data$adae
  e <- e[e$TRTEMFL %in% "Y", ]
  e$patient <- match(e$USUBJID, data$safety$USUBJID)
  e <- e[!is.na(e$patient), ]
  s <- data$safety
  dated <- all(c("TRTSDT", "TRTEDT") %in% names(s)) && "ASTDT" %in% names(e)
  days <- if (dated) pmax(as.numeric(s$TRTEDT - s$TRTSDT) + 1 + trial$risk_window, 1) else rep(NA_real_, nrow(s))
  e$onset <- if (dated) pmax(as.numeric(e$ASTDT - s$TRTSDT[e$patient]) + 1, 1) else rep(1, nrow(e))
  e$onset[is.na(e$onset)] <- 1
  list(events = e, window = days)
})
groups <- c(list(
  list(name = "any", where = list()), list(name = "serious", where = list(list(variable = "AESER", values = "Y"))),
  list(name = "withdrawal", where = list(list(variable = "AEACN", values = "DRUG WITHDRAWN"))),
  list(name = "fatal", where = list(list(variable = "AEOUT", values = "FATAL")))), trial$groups)
# trial.yml may give a standard group another definition.
groups <- groups[!duplicated(vapply(groups, `[[`, "", "name"), fromLast = TRUE)]
is_group <- function(name) any(vapply(groups, function(g) g$name == name, NA))
in_group <- function(e, name) {
  for (g in groups) if (g$name == name) {
    chosen <- rep(TRUE, nrow(e))
    for (one in g$where) {
      x <- if (one$variable %in% names(e)) text_of(e[[one$variable]]) else rep(NA_character_, nrow(e))
      begins <- one$values[endsWith(one$values, "*")]
      hit <- x %in% setdiff(one$values, begins)
      for (b in begins) hit <- hit | (!is.na(x) & startsWith(x, substr(b, 1, nchar(b) - 1)))
      chosen <- chosen & hit
    }
    return(chosen)
  }
}
chosen_events <- function(r) {
  e <- emergent()$events
  if (r$level == "" && is_group(r$paramcd)) return(in_group(e, r$paramcd))
  if (r$level %in% c("AEBODSYS", "AEDECOD")) return(text_of(e[[r$level]]) %in% r$paramcd)
  in_class <- "AEBODSYS" %in% names(e) & text_of(e$AEBODSYS) %in% r$paramcd
  if (any(in_class)) in_class else text_of(e$AEDECOD) %in% r$paramcd
}
# Per patient of the safety population: the first day with such an event, Inf without one.
first_days <- function(r) remembered(c("first", r$paramcd, r$level), function() {
  e <- emergent()$events; hit <- chosen_events(r)
  first <- rep(Inf, nrow(data$safety))
  if (any(hit)) { day <- tapply(e$onset[hit], e$patient[hit], min); first[as.integer(names(day))] <- day }
  list(first = first, per_arm = table(factor(data$safety$arm[e$patient[hit]], codes)))
})
worst_first <- c("MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "FATAL")
by_severity <- function(r) {
  e <- emergent()$events; variable <- sub("=.*$", "", r$level); wanted <- substring(r$level, nchar(variable) + 2)
  x <- text_of(e[[variable]]); mine <- data$safety$arm == r$arm
  if (variable == "AESEV") {
    known <- in_order(x); rank <- match(toupper(known), worst_first); rank[is.na(rank)] <- 6
    ordered <- known[order(rank, match(known, sort(known, method = "radix")))]
    grade <- match(x, ordered); worst <- tapply(grade, e$patient, function(g) if (all(is.na(g))) NA else max(g, na.rm = TRUE))
    has_it <- as.integer(names(worst))[!is.na(worst) & ordered[worst] == wanted]
  } else has_it <- unique(e$patient[x %in% wanted])
  n <- sum(mine[has_it])
  list(n = n, percent = percent(n, sum(mine)))
}
at_risk_days <- function(first, window, arm) {
  known <- !is.na(window) & data$safety$arm == arm
  if (all(is.na(window))) return(c(0, NA))
  within <- known & first <= window
  c(sum(within), sum(window[known & !within]) + sum(first[within]))
}
incidence_of <- function(r, arm) remembered(c("ae_aj", r$paramcd, arm, r$conf), function() {
  s <- data$safety; window <- emergent()$window
  known <- !is.na(window) & s$arm == arm
  if ("DTHDT" %in% names(s)) window <- pmin(window, pmax(as.numeric(s$DTHDT - s$TRTSDT) + 1, 1), na.rm = TRUE)
  first <- first_days(r)$first; event <- first <= window
  time <- ifelse(event, first, window) * trial$per_year / 365.25
  list(fit = ajs(time[known], ifelse(event, 1L, 2L)[known], 2, r$conf), n = sum(known), time = time[known & event])
})
incidence_at <- function(r, arm) {
  x <- incidence_of(r, arm); at <- aj_at(x$fit, 1, r$time); k <- sum(x$time <= r$time); n <- x$n
  if (k < 5 || n - k < 5) {
    tail <- (1 - r$conf) / 2
    at$lower <- if (k > 0) qbeta(tail, k, n - k + 1) else 0
    at$upper <- if (k < n) qbeta(1 - tail, k + 1, n - k) else 1
  }
  c(at, k = k)
}
rule_adverse_events <- function(r) {
  if (is.null(data$adae)) return(NULL)
  one <- comparison(r$arm); s <- data$safety
  if (grepl("^(AESEV|AEREL)=", r$level)) return(by_severity(r))
  if (r$method == "aalen_johansen") {
    if (is.null(one)) return(incidence_at(r, r$arm))
    x <- incidence_at(r, one$treated); y <- incidence_at(r, one$control)
    d <- x$cumulative_incidence - y$cumulative_incidence; se <- sqrt(x$std_error^2 + y$std_error^2)
    if (!is.finite(se) || se == 0) se <- NA
    ends <- if (min(x$k, y$k) < 5) mover(x$cumulative_incidence, x$lower, x$upper, y$cumulative_incidence, y$lower, y$upper)
      else d + c(-1, 1) * z_of(r) * se
    return(list(risk_difference = d, std_error = se, lower = ends[1], upper = ends[2]))
  }
  found <- first_days(r); n <- function(arm) sum(is.finite(found$first[s$arm == arm])); size <- function(arm) sum(s$arm == arm)
  risk <- function(arm) at_risk_days(found$first, emergent()$window, arm)
  if (!is.null(one)) {
    if (r$method != "exact") return(proportions(n(one$treated), size(one$treated), n(one$control), size(one$control), r$conf))
    x <- risk(one$treated); y <- risk(one$control)
    if (anyNA(c(x, y))) return(none(c("rate_ratio", "lower", "upper")))
    return(poisson_ratio(c(x[1], y[1]), c(x[2], y[2]) / 365.25, r$conf))
  }
  x <- risk(r$arm)
  if (r$method == "exact") return(c(list(events = found$per_arm[[r$arm]]), if (is.na(x[2])) none(c("rate", "lower", "upper")) else poisson_rate(x[1], x[2] / 365.25, r$conf)))
  list(n = n(r$arm), percent = percent(n(r$arm), size(r$arm)), time_at_risk = x[2] * trial$per_year / 365.25,
       rate = if (!is.na(x[2]) && x[2] > 0) 100 * x[1] * 365.25 / x[2] else NA)
}

# One record per patient, parameter and visit: ANL01FL Y, else the last by day.
laboratory <- function() remembered("laboratory", function() {
  l <- data$adlb; s <- data$safety
  doubled <- unique(l$PARAMCD[startsWith(l$PARAMCD, "_") & substring(l$PARAMCD, 2) %in% l$PARAMCD])
  l <- l[!(l$PARAMCD %in% doubled), ]
  if (!("ANRHI" %in% names(l)) && "A1HI" %in% names(l)) { l$ANRHI <- l$A1HI; l$ANRLO <- l$A1LO }
  for (name in c("ADY", "BASE", "ANRLO", "ANRHI")) if (!(name %in% names(l))) l[[name]] <- NA_real_
  for (name in c("ANRIND", "BNRIND", "ABLFL", "ANL01FL", "DTYPE")) if (!(name %in% names(l))) l[[name]] <- NA_character_
  repeated <- numeric()
  if (any(!is.na(l$ADY))) {
    x <- l[!is.na(l$AVAL) & !is.na(l$ADY) & !is.na(l$AVISITN), c("USUBJID", "PARAMCD", "ADY", "AVAL", "AVISITN")]
    x <- unique(x); x <- x[order(x$AVISITN), ]
    share <- tapply(duplicated(x[1:4]), x$AVISITN, mean)
    repeated <- as.numeric(names(share))[share > 0.5]
  }
  l <- l[!is.na(l$AVAL) & !is.na(l$AVISITN) & l$USUBJID %in% s$USUBJID & is.na(l$DTYPE), ]
  l <- l[order(l$ANL01FL %in% "Y", !is.na(l$ADY), l$ADY), ]
  key <- paste(l$USUBJID, l$PARAMCD, l$AVISITN, sep = "\r")
  l <- l[!duplicated(key, fromLast = TRUE), ]
  l <- l[order(match(l$USUBJID, s$USUBJID), l$PARAMCD, l$AVISITN), ]
  l$baseline <- l$ABLFL %in% "Y"
  b <- l[l$baseline, ]
  known <- b$AVAL[match(paste(l$USUBJID, l$PARAMCD), paste(b$USUBJID, b$PARAMCD))]
  l$BASE <- ifelse(is.na(l$BASE), known, l$BASE)
  l$arm <- s$arm[match(l$USUBJID, s$USUBJID)]
  l$regular <- !(l$AVISITN %in% repeated)
  l
})
parameter <- function(code) { for (one in trial$laboratory) if (one$paramcd == code) return(one); list(paramcd = code, summary = "mean", low = NA, high = NA) }
of_parameter <- function(code) remembered(c("parameter", code), function() {
  l <- laboratory(); l <- l[l$PARAMCD == code, ]; p <- parameter(code)
  low <- ifelse(is.na(l$ANRLO), p$low, l$ANRLO); high <- ifelse(is.na(l$ANRHI), p$high, l$ANRHI)
  range_ <- function(x) ifelse(is.na(x) | (is.na(low) & is.na(high)), NA, ifelse(!is.na(low) & x < low, "LOW", ifelse(!is.na(high) & x > high, "HIGH", "NORMAL")))
  if (all(is.na(l$ANRIND))) l$ANRIND <- range_(l$AVAL)
  if (all(is.na(l$BNRIND))) l$BNRIND <- range_(l$BASE)
  l
})
after_baseline <- function(l) {
  first <- if (any(l$baseline)) max(l$AVISITN[l$baseline]) else min(l$AVISITN)
  !l$baseline & l$AVISITN > first
}
last_records <- function(l) {
  l <- l[after_baseline(l) & !is.na(l$BASE), ]
  l <- l[order(!is.na(l$ADY), l$ADY, l$AVISITN), ]
  l[!duplicated(l$USUBJID, fromLast = TRUE), ]
}
t_interval <- function(x, conf, name, log_) {
  if (log_) x <- log(x)
  back <- if (log_) exp else identity
  n <- length(x); se <- if (n > 1) sd(x) / sqrt(n) else NA
  half <- if (n > 1) qt((1 + conf) / 2, n - 1) * se else NA
  m <- if (n) mean(x) else NA
  c(list(n = n), setNames(list(back(m), se, back(m - half), back(m + half)), c(name, "std_error", "lower", "upper")))
}
rule_laboratory <- function(r) {
  if (is.null(data$adlb)) return(NULL)
  l <- of_parameter(r$paramcd); geometric <- parameter(r$paramcd)$summary == "geometric"
  if (r$method %in% c("arithmetic", "geometric")) {
    x <- l$AVAL[l$regular & l$AVISITN == r$time & l$arm == r$arm]
    return(t_interval(x, r$conf, if (r$method == "geometric") "geometric_mean" else "mean", r$method == "geometric"))
  }
  if (r$method == "locf") {
    l <- last_records(l); l <- l[l$arm == r$arm, ]
    return(t_interval(if (geometric) l$AVAL / l$BASE else l$AVAL - l$BASE, r$conf, if (geometric) "geometric_mean" else "mean", geometric))
  }
  if (r$method == "shift") {
    l <- last_records(l); l <- l[!is.na(l$BNRIND) & !is.na(l$ANRIND) & l$arm == r$arm, ]
    n <- sum(paste(l$BNRIND, l$ANRIND, sep = " > ") == r$level)
    return(list(n = n, percent = percent(n, nrow(l))))
  }
  # Of the mixed model the patients; its estimates need a program of their own (R's mmrm, say).
  l <- l[after_baseline(l) & l$regular & !is.na(l$BASE) & l$AVISITN == r$time & l$arm == r$arm, ]
  list(n = length(unique(l$USUBJID)))
}

liver_codes <- list(transaminase = c("ALT", "AST", "ALAT", "ASAT", "SGPT", "SGOT"), bilirubin = c("BILI", "TBILI", "BILITOT"))
rule_liver <- function(r) {
  l <- data$adlb
  if (!("ANRHI" %in% names(l)) && "A1HI" %in% names(l)) l$ANRHI <- l$A1HI
  baseline <- l$ABLFL %in% "Y"; visit <- if ("AVISITN" %in% names(l)) l$AVISITN else rep(NA_real_, nrow(l))
  first <- if (any(baseline)) max(visit[baseline], na.rm = TRUE) else min(visit, na.rm = TRUE)
  day <- if ("ADY" %in% names(l)) l$ADY else rep(NA_real_, nrow(l))
  later <- ifelse(is.na(day), visit > first, day > 1)
  l$multiple <- ifelse(l$ANRHI > 0, l$AVAL / l$ANRHI, NA)
  keep <- !baseline & later %in% TRUE & l$USUBJID %in% data$safety$USUBJID & !is.na(l$multiple)
  if ("DTYPE" %in% names(l)) keep <- keep & is.na(l$DTYPE)
  peak <- lapply(liver_codes, function(of) tapply(l$multiple[keep & l$PARAMCD %in% of], l$USUBJID[keep & l$PARAMCD %in% of], max))
  both <- intersect(names(peak[[1]]), names(peak[[2]]))
  both <- both[data$safety$arm[match(both, data$safety$USUBJID)] == r$arm]
  if (r$level == "") return(list(n = length(both)))
  t <- peak[[1]][both] >= 3; b <- peak[[2]][both] > 2
  n <- sum(switch(r$level, both = t & b, transaminase = t & !b, bilirubin = !t & b, neither = !t & !b))
  list(n = n, percent = percent(n, length(both)))
}
