# ---- Who is analysed, and which rows -------------------------------------------------------------
has <- function(frame, name) name %in% names(frame) && any(!is.na(frame[[name]]))
first_of <- function(frame, names_) { found <- names_[names_ %in% names(frame)]; if (length(found)) found[1] else NA }

stand_ins <- function(adsl) {
  for (pair in list(c("TRT01P", "TRTP", "ARM"), c("TRT01A", "TRTA", "ACTARM"))) {
    other <- first_of(adsl, pair[-1])
    if (!(pair[1] %in% names(adsl)) && !is.na(other)) adsl[[pair[1]]] <- adsl[[other]]
  }
  for (name in date_names) {
    timed <- paste0(name, "M")
    if (!(name %in% names(adsl)) && inherits(adsl[[timed]], "Date")) adsl[[name]] <- adsl[[timed]]
  }
  if (!("EOSSTT" %in% names(adsl)) && has(adsl, "DCDECOD")) {
    term <- adsl$DCDECOD; done <- !is.na(term) & toupper(term) == "COMPLETED"
    adsl$EOSSTT <- ifelse(is.na(term), NA, ifelse(done, "COMPLETED", "DISCONTINUED"))
    if (!("DCSREAS" %in% names(adsl))) {
      reason <- if ("DCREASCD" %in% names(adsl)) ifelse(is.na(adsl$DCREASCD), term, adsl$DCREASCD) else term
      adsl$DCSREAS <- ifelse(done, NA, reason)
    }
  }
  adsl
}

unit_days <- c(days = 1, weeks = 7, months = 30.4375, years = 365.25)
one_unit <- function(adtte) {
  if (!has(adtte, "AVALU")) return(adtte)
  word <- tolower(substr(adtte$AVALU, 1, 1))
  unit <- c(d = "days", w = "weeks", m = "months", y = "years")[word]
  other <- !is.na(unit) & unit != trial$unit
  if (!any(other) || all(other[!is.na(unit)])) return(adtte)
  factor <- ifelse(other, unit_days[unit] / unit_days[[trial$unit]], 1)
  for (name in c("AVAL", "ENTRY")) if (name %in% names(adtte)) adtte[[name]] <- adtte[[name]] * factor
  adtte
}

chosen_rows <- function(adtte) {
  if ("ANL01FL" %in% names(adtte)) {
    key <- paste(adtte$USUBJID, adtte$PARAMCD, sep = "\r")
    yes <- adtte$ANL01FL %in% "Y"
    several <- key %in% key[duplicated(key)]
    adtte <- adtte[!(several & !yes & key %in% key[yes]), ]
  }
  adtte[!is.na(adtte$AVAL), ]
}

arm_of <- function(values) {
  found <- rep(NA_character_, length(values))
  for (arm in rev(trial$arms)) found[tolower(values) %in% tolower(arm$values)] <- arm$code
  found
}
no_arm <- paste0("scre?e?n.*fail|not (randomi[sz]ed|assigned|treated|applicable)|unassigned|^(",
  "[.?*-]+|[\u2013\u2014]|n[.]?/?a[.]?|#(n/a|null!|div/0!|value!|ref!|name[?]|num!)|null|nan|unknown|unk|missing|",
  "not (known|available|recorded|stated)|keine angabe|inconnue?|desconocid[oa]|sconosciut[oa])$")
has_arm <- function(values) !is.na(values) & !grepl(no_arm, values, ignore.case = TRUE)

load_trial <- function() {
  sets <- if (!is.list(trial$flat)) list(ADSL = read_set("ADSL"), ADTTE = read_set("ADTTE")) else read_flat()
  if (is.null(sets$ADSL) && !is.null(sets$ADTTE)) {
    sets$ADSL <- sets$ADTTE[!duplicated(sets$ADTTE$USUBJID), setdiff(names(sets$ADTTE), c("PARAMCD", "PARAM", "AVAL", "CNSR", "ENTRY"))]
  }
  if (is.null(sets$ADSL) || is.null(sets$ADTTE)) return(NULL)
  adsl <- stand_ins(sets$ADSL)
  adtte <- one_unit(chosen_rows(sets$ADTTE))
  adae <- adlb <- addv <- NULL
  if (!is.list(trial$flat)) { adae <- read_set("ADAE"); adlb <- read_set("ADLB"); addv <- read_set("ADDV") }
  planned <- arm_of(adsl$TRT01P)
  actual <- if ("TRT01A" %in% names(adsl)) arm_of(adsl$TRT01A) else planned
  is_yes <- function(name) adsl[[name]] %in% "Y"
  randomized <- if ("RANDFL" %in% names(adsl)) is_yes("RANDFL") else !is.na(planned)
  efficacy <- if (trial$efficacy %in% names(adsl)) is_yes(trial$efficacy)
    else if ("RANDFL" %in% names(adsl)) randomized
    else if (has(adsl, "RANDDT")) !is.na(adsl$RANDDT) else has_arm(adsl$TRT01P)
  safety <- if (trial$safety %in% names(adsl)) is_yes(trial$safety)
    else if (has(adsl, "TRTSDT")) !is.na(adsl$TRTSDT)
    else if ("TRT01A" %in% names(adsl)) has_arm(adsl$TRT01A) else has_arm(adsl$TRT01P)
  members <- function(who, arm) { frame <- adsl[who & !is.na(arm), ]; frame$arm <- arm[who & !is.na(arm)]; frame }
  if (!is.null(adae) && !("TRTEMFL" %in% names(adae)) && has(adae, "ASTDT") && has(adsl, "TRTSDT")) {
    at <- match(adae$USUBJID, adsl$USUBJID)
    begin <- adsl$TRTSDT[at]
    end <- if ("TRTEDT" %in% names(adsl)) adsl$TRTEDT[at] + round(trial$risk_window) else rep(as.Date(NA), nrow(adae))
    dated <- !is.na(adae$ASTDT) & !is.na(begin) & adae$ASTDT >= begin & !(!is.na(end) & adae$ASTDT > end)
    over <- if ("AENDT" %in% names(adae)) !is.na(adae$AENDT) & !is.na(begin) & adae$AENDT < begin else FALSE
    adae$TRTEMFL <- ifelse(dated | (is.na(adae$ASTDT) & !over & !is.na(begin)), "Y", "N")
  }
  list(adsl = adsl, adtte = adtte, adae = adae, adlb = adlb, addv = addv,
       randomized = members(randomized, planned), efficacy = members(efficacy, planned),
       safety = members(safety, actual))
}

codes <- vapply(trial$arms, `[[`, "", "code")
of_arm <- function(frame, arm) if (arm == "all") frame else frame[frame$arm %in% arm, ]
comparison <- function(name) {
  for (one in trial$comparisons) if (one$name == name) return(one)
  NULL
}
pair <- function(frame, one) {
  frame <- frame[frame$arm %in% c(one$treated, one$control), ]
  frame$treated <- as.integer(frame$arm == one$treated)
  frame
}
endpoint <- function(code) { for (one in trial$endpoints) if (one$paramcd == code) return(one); NULL }

memory <- new.env()
remembered <- function(key, make) {
  key <- paste(key, collapse = "\r")
  if (is.null(memory[[key]])) memory[[key]] <- list(make())
  memory[[key]][[1]]
}

tte <- function(code) remembered(c("tte", code), function() {
  rows <- data$adtte[data$adtte$PARAMCD %in% code, ]
  at <- match(data$efficacy$USUBJID, rows$USUBJID)
  frame <- data$efficacy[!is.na(at), ]
  at <- at[!is.na(at)]
  extra <- setdiff(names(rows), names(frame))
  frame[extra] <- rows[at, extra]
  frame$time <- rows$AVAL[at]; frame$CNSR <- rows$CNSR[at]
  frame$event <- as.integer(rows$CNSR[at] == 0)
  entry <- if ("ENTRY" %in% names(rows)) rows$ENTRY[at] else rep(NA, nrow(frame))
  frame$late <- any(entry > 0, na.rm = TRUE)
  frame$entered <- ifelse(is.na(entry) | entry < 0, 0, entry)
  frame$entry <- ifelse(!is.na(entry) & entry > 0, entry, -1)
  frame
})
is_late <- function(d) nrow(d) > 0 && d$late[1]
surv <- function(d) if (is_late(d)) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
at_risk_time <- function(d) sum(d$time) - if (is_late(d)) sum(d$entered) else 0

is_number <- function(x) is.numeric(x)
text_of <- function(x) if (is.numeric(x)) ifelse(is.na(x), NA, format_number(x)) else as.character(x)
in_order <- function(x) {
  known <- unique(x[!is.na(x)])
  if (is.numeric(known)) format_number(sort(known)) else sort(known, method = "radix")
}
percent <- function(n, of) if (of > 0) 100 * n / of else NA
z_of <- function(r) qnorm((1 + r$conf) / 2)
wald_p <- function(estimate, se) if (is.finite(se) && se > 0) 2 * pnorm(-abs(estimate) / se) else NA

# ---- Population ----------------------------------------------------------------------------------
rule_disposition <- function(r) {
  code <- r$paramcd
  of <- of_arm(data$randomized, r$arm)
  if (r$level == "SCREENED") return(list(n = nrow(data$adsl)))
  if (code == "RANDDT" && r$level == "") {
    days <- as.numeric(of$RANDDT); days <- days[!is.na(days)]
    return(if (length(days)) list(min = min(days), max = max(days)) else list(min = NA, max = NA))
  }
  n <- switch(r$level,
    RANDOMIZED = nrow(of), TREATED = sum(!is.na(of$TRTSDT)),
    EFFICACY = nrow(of_arm(data$efficacy, r$arm)), SAFETY = nrow(of_arm(data$safety, r$arm)),
    `PER-PROTOCOL` = sum(of$PPROTFL %in% "Y"), sum(text_of(of[[code]]) %in% r$level))
  list(n = n, percent = percent(n, nrow(of)))
}

ajs <- function(time, cause, causes, conf) {
  status <- factor(cause, 0:max(1, causes, cause))
  survfit(Surv(time, status) ~ 1, conf.type = "log-log", conf.int = conf)
}
# What a multi-state curve says of one cause at a time, by the rules of its summary.
aj_at <- function(fit, cause, t) {
  last <- length(fit$time)
  if (t > fit$time[last] && fit$pstate[last, 1] > 1e-12) {
    return(list(cumulative_incidence = NA, std_error = NA, lower = NA, upper = NA))
  }
  i <- sum(fit$time <= t)
  if (i == 0) return(list(cumulative_incidence = 0, std_error = 0, lower = 0, upper = 0))
  j <- cause + 1
  list(cumulative_incidence = fit$pstate[i, j], std_error = fit$std.err[i, j],
       lower = fit$lower[i, j], upper = fit$upper[i, j])
}

rule_discontinuation <- function(r) {
  of <- if (r$paramcd == "EOSSTT") c("EOSSTT", "DCSREAS", "RANDDT", "EOSDT") else c("EOTSTT", "DCTREAS", "TRTSDT", "TRTEDT")
  d <- if (r$paramcd == "EOSSTT") data$randomized else data$safety
  d <- d[!is.na(d[[of[3]]]) & !is.na(d[[of[4]]]), ]
  time <- pmax(as.numeric(d[[of[4]]] - d[[of[3]]]) + 1, 0) * trial$per_year / 365.25
  left <- !is.na(d[[of[1]]]) & !(d[[of[1]]] %in% c("COMPLETED", "ONGOING"))
  why <- if (of[2] %in% names(d)) text_of(d[[of[2]]]) else rep(NA_character_, nrow(d))
  why <- ifelse(left, ifelse(is.na(why), "UNKNOWN", why), NA)
  levels_ <- in_order(why)
  cause <- if (r$level == "all") as.integer(left) else ifelse(is.na(why), 0L, match(why, levels_))
  mine <- d$arm == r$arm
  fit <- remembered(c("leaving", r$paramcd, r$arm, r$level == "all", r$conf),
                    function() ajs(time[mine], cause[mine], max(1, length(levels_)), r$conf))
  aj_at(fit, if (r$level == "all") 1 else match(r$level, levels_), r$time)
}

summary_of <- function(x) {
  n_missing <- sum(is.na(x)); x <- x[!is.na(x)]; n <- length(x)
  if (!n) return(list(n = 0, n_missing = n_missing, mean = NA, sd = NA, median = NA, q1 = NA, q3 = NA,
                      min = NA, max = NA, geometric_mean = NA))
  q <- quantile(x, c(0.25, 0.5, 0.75), type = 7, names = FALSE)
  list(n = n, n_missing = n_missing, mean = mean(x), sd = if (n > 1) sd(x) else NA, median = q[2],
       q1 = q[1], q3 = q[3], min = min(x), max = max(x),
       geometric_mean = if (min(x) > 0) exp(mean(log(x))) else NA)
}
variable_of <- function(list_, name) { for (one in list_) if (one$variable == name) return(one); list(variable = name, summary = NA, levels = character()) }
smd <- function(x, y, flag) {
  if (min(length(x), length(y)) <= if (flag) 0 else 1) return(NA)
  spread <- if (flag) function(v) mean(v) * (1 - mean(v)) else var
  pooled <- sqrt((spread(x) + spread(y)) / 2)
  if (pooled > 0) (mean(x) - mean(y)) / pooled else NA
}
counted_as_number <- function(variable, x) if (!is.na(variable$summary)) variable$summary != "count" else is.numeric(x) && !length(variable$levels)

rule_baseline <- function(r) {
  d <- data$efficacy; x <- d[[r$paramcd]]
  variable <- variable_of(trial$baseline, r$paramcd)
  number <- counted_as_number(variable, x)
  if (number) x <- as.numeric(x)
  of <- comparison(r$arm)
  if (!is.null(of)) {
    if (r$level != "") x <- ifelse(is.na(x), NA, text_of(x) == r$level)
    else if (variable$summary %in% "geometric") x <- if (min(x, na.rm = TRUE) > 0) log(x) else NA * x
    mine <- lapply(c(of$treated, of$control), function(arm) { v <- x[d$arm == arm]; v[!is.na(v)] })
    return(list(smd = smd(mine[[1]], mine[[2]], is.logical(x))))
  }
  x <- if (r$arm == "all") x else x[d$arm == r$arm]
  if (number) return(summary_of(x))
  counted(x, r$level)
}
counted <- function(x, level) {
  known <- sum(!is.na(x))
  if (level == "") return(list(n = known, n_missing = length(x) - known))
  n <- sum(text_of(x) %in% level)
  list(n = n, percent = percent(n, known))
}

rule_exposure <- function(r) {
  d <- of_arm(data$safety, r$arm)
  if (r$subgroup != "") {
    failed <- tte(trial$primary)
    d <- d[d$USUBJID %in% failed$USUBJID[failed$event == 1], ]
  }
  x <- d[[r$paramcd]]
  if (counted_as_number(variable_of(trial$exposure, r$paramcd), data$safety[[r$paramcd]])) return(summary_of(as.numeric(x)))
  counted(x, r$level)
}

rule_centre <- function(r) {
  d <- data$efficacy[!is.na(data$efficacy[[r$paramcd]]), ]
  place <- text_of(d[[r$paramcd]])
  sizes <- table(place)
  ordered <- names(sizes)[order(-as.vector(sizes), rank(match(names(sizes), sort(names(sizes), method = "radix"))))]
  if (r$method == "centres") return(list(n = length(ordered)))
  kept <- if (length(ordered) <= 12) ordered else ordered[1:11]
  place[!(place %in% kept)] <- "OTHER CENTRES"
  mine <- r$arm == "all" | d$arm == r$arm
  n <- sum(place[mine] == r$level)
  list(n = n, percent = percent(n, sum(mine)))
}

rule_deviation <- function(r) {
  if (is.null(data$addv)) return(NULL)
  d <- of_arm(data$efficacy, r$arm)
  rows <- if (r$level == "") data$addv else data$addv[text_of(data$addv[[r$paramcd]]) %in% r$level, ]
  n <- sum(d$USUBJID %in% rows$USUBJID)
  list(n = n, percent = percent(n, nrow(d)))
}

rule_follow_up <- function(r) {
  d <- of_arm(tte(r$paramcd), r$arm); d$event <- 1L - d$event
  if (!nrow(d)) return(list(median = NA, lower = NA, upper = NA))
  q <- quantile(km(d, r$conf, "log-log"), 0.5)
  list(median = q$quantile[[1]], lower = q$lower[[1]], upper = q$upper[[1]])
}
