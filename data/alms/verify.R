#!/usr/bin/env Rscript
# Recompute every printed figure from the CSV files of this folder alone, and check that the
# patients could have existed. Independent of the Python package:  Rscript data/alms/verify.R
suppressPackageStartupMessages(library(survival))

arguments <- commandArgs(trailingOnly = FALSE)
script <- sub("^--file=", "", grep("^--file=", arguments, value = TRUE))
own <- commandArgs(trailingOnly = TRUE)
folder <- if (length(own)) own[1] else dirname(script)
here <- if (length(script)) dirname(script) else folder
read <- function(name, from = folder) {
  read.csv(file.path(from, paste0(name, ".csv")), colClasses = "character", encoding = "UTF-8")
}
number <- function(x) suppressWarnings(as.numeric(x))

adsl <- read("adsl"); adtte <- read("adtte"); adae <- read("adae"); adlb <- read("adlb")
published <- read("published", here)

treated <- adsl[adsl$SAFFL == "Y", ]
arms <- c("MMF", "AZA")
adtte <- merge(adtte, adsl, by = c("STUDYID", "USUBJID"))
adtte$time <- number(adtte$AVAL)
adtte$event <- as.integer(adtte$CNSR == "0")
adtte$mmf <- as.integer(adtte$TRT01P == "MMF")
adtte$CREATBL <- number(adtte$CREATBL); adtte$EGFRBL <- number(adtte$EGFRBL)
tte <- function(code) adtte[adtte$PARAMCD == code, ]
emergent <- merge(adae[adae$TRTEMFL == "Y", ], treated[, c("USUBJID", "TRT01A")], by = "USUBJID")

of_arm <- function(data, arm, column = "TRT01P") if (arm == "all") data else data[data[[column]] == arm, ]
logrank_p <- function(data) {
  test <- survdiff(Surv(time, event) ~ mmf, data = data)
  pchisq(test$chisq, 1, lower.tail = FALSE)
}

# Who has which adverse events, by the names that trial.yml gives to the groups.
serious <- emergent$AESER == "Y"
infection <- emergent$AEBODSYS == "INFECTIONS AND INFESTATIONS"
group <- list(
  any = rep(TRUE, nrow(emergent)), serious = serious,
  withdrawal = emergent$AEACN == "DRUG WITHDRAWN", fatal = emergent$AEOUT == "FATAL",
  infections = infection, serious_infections = infection & serious,
  malignant = startsWith(emergent$AEBODSYS, "NEOPLASMS") & serious,
  serious_pneumonia = emergent$AEDECOD == "PNEUMONIA" & serious,
  serious_appendicitis = emergent$AEDECOD == "APPENDICITIS" & serious,
  serious_leukopenia = emergent$AEDECOD == "LEUKOPENIA" & serious,
  serious_lupus = emergent$AEDECOD == "SYSTEMIC LUPUS ERYTHEMATOSUS" & serious,
  serious_nephritis = emergent$AEDECOD == "LUPUS NEPHRITIS" & serious
)
with_event <- function(name, arm) {
  length(unique(emergent$USUBJID[group[[name]] & emergent$TRT01A == arm]))
}

share <- function(n, of, statistic) if (statistic == "percent") 100 * n / of else n
spread <- function(x, statistic) {
  x <- number(x)
  switch(statistic, mean = mean(x), sd = sd(x), geometric_mean = exp(mean(log(x))))
}

compute <- function(row, ties = "efron") {
  code <- row$ard_paramcd; arm <- row$ard_arm; statistic <- row$ard_statistic
  switch(row$ard_analysis,
    disposition = {
      if (code == "RANDDT") return(as.numeric(get(statistic)(as.Date(adsl$RANDDT))))
      of <- of_arm(adsl, arm)
      hit <- switch(code, RANDFL = of$RANDFL == "Y", SAFFL = of$SAFFL == "Y", of[[code]] == row$ard_level)
      share(sum(hit), nrow(of), statistic)
    },
    baseline = {
      of <- of_arm(adsl, arm)
      if (row$ard_level == "") return(spread(of[[code]], statistic))
      share(sum(of[[code]] == row$ard_level), nrow(of), statistic)
    },
    exposure = {
      of <- of_arm(treated, arm, "TRT01A")
      if (row$ard_subgroup == "TRTFAIL=EVENT") {
        failed <- tte("TRTFAIL"); of <- of[of$USUBJID %in% failed$USUBJID[failed$event == 1], ]
      }
      if (row$ard_level == "") return(spread(of[[code]], statistic))
      share(sum(of[[code]] == row$ard_level), nrow(of), statistic)
    },
    response = {
      of <- of_arm(adsl, arm); share(sum(of[[code]] == "Y"), nrow(of), statistic)
    },
    kaplan_meier = {
      of <- of_arm(tte(code), arm); share(sum(of$event), nrow(of), sub("n_events", "n", statistic))
    },
    log_rank = logrank_p(tte(code)),
    cox = {
      adjust <- c(efron = "", `adjusted:creatinine` = "+ CREATBL", `adjusted:egfr` = "+ EGFRBL")
      model <- coxph(as.formula(paste("Surv(time, event) ~ mmf", adjust[[row$ard_method]])),
                     data = tte(code), ties = ties)
      interval <- exp(confint(model))[1, ]
      switch(statistic, hr = exp(coef(model)[[1]]), hr_lower = interval[[1]],
             hr_upper = interval[[2]], p_value = summary(model)$coefficients[1, 5])
    },
    adverse_events = {
      n <- c(MMF = with_event(code, "MMF"), AZA = with_event(code, "AZA"))
      of <- table(treated$TRT01A)[arms]
      if (statistic == "p_value") return(fisher.test(rbind(n, of - n))$p.value)
      share(n[[arm]], of[[arm]], statistic)
    },
    design = log(1 - 0.20) / log(1 - 0.375),
    evidence = {
      trials <- read("evidence", here)
      of <- trials[trials$trial == row$ard_level & trials$arm == arm, ]
      100 * number(of$n_events) / number(of$n)
    },
    stop("no rule for ", row$ard_analysis)
  )
}

# Away from zero at one half, as papers round; values that lie half-way are refused elsewhere.
prints <- function(value, printed) {
  if (grepl("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", printed)) return(format(as.Date(value, "1970-01-01")))
  digits <- nchar(sub("^[^.]*\\.?", "", printed))
  sprintf("%.*f", digits, value)
}

geometric <- function(code, arm, month) {
  rows <- adlb$PARAMCD == code & adlb$AVISITN == month & adlb$arm == arm
  exp(mean(log(number(adlb$AVAL[rows]))))
}
adlb$arm <- adsl$TRT01P[match(adlb$USUBJID, adsl$USUBJID)]
months <- sort(unique(number(adlb$AVISITN)))
direction <- list(
  P246 = function() {
    all(sapply(c("INDTRT", "RACE", "REGION1"), function(variable) {
      sapply(unique(adsl[[variable]]), function(level) {
        data <- tte("TRTFAIL"); data <- data[data[[variable]] == level, ]
        exp(coef(coxph(Surv(time, event) ~ mmf, data = data))) < 1 && min(table(data$mmf, data$event)) > 0
      })
    } |> all()))
  },
  P247 = function() all(sapply(months[months > 0], \(m) geometric("C3", "AZA", m) < geometric("C3", "MMF", m))),
  P248 = function() all(sapply(months[months > 0], \(m) geometric("C4", "AZA", m) < geometric("C4", "MMF", m))),
  P249 = function() {
    fall <- function(arm) geometric("DSDNA", arm, 36) / geometric("DSDNA", arm, 0)
    fall("MMF") < fall("AZA")
  },
  P250 = function() {
    p <- c(
      sapply(c("AGE", "WGTBL", "LNDUR", "SLEDUR", "UPROTBL", "UPCRBL", "CREATBL", "EGFRBL"),
             \(v) t.test(number(adsl[[v]]) ~ adsl$TRT01P)$p.value),
      sapply(c("C3BL", "C4BL", "DSDNABL"), \(v) t.test(log(number(adsl[[v]])) ~ adsl$TRT01P)$p.value),
      sapply(c("SEX", "RACE", "ETHNIC", "REGION1", "INDTRT", "BIOCLASS", "EGFRGR1", "SEDIMFL"),
             \(v) fisher.test(table(adsl[[v]], adsl$TRT01P), workspace = 2e7)$p.value)
    )
    all(p > 0.05)
  },
  P251 = function() {
    all(sapply(c("ESRD", "DBLCREAT", "DEATH"), \(code) {
      data <- tte(code); sum(data$event[data$mmf == 1]) < sum(data$event[data$mmf == 0])
    }))
  }
)

figures <- published[published$kind %in% c("data", "arithmetic"), ]
back <- logical(nrow(figures)); computed <- character(nrow(figures))
for (i in seq_len(nrow(figures))) {
  row <- figures[i, ]
  if (row$id %in% names(direction)) {
    back[i] <- isTRUE(direction[[row$id]]()); computed[i] <- if (back[i]) row$printed else "no"
    next
  }
  value <- compute(row)
  computed[i] <- prints(value, row$printed)
  back[i] <- computed[i] == row$printed
  if (row$ard_method == "efron" && prints(compute(row, "breslow"), row$printed) != computed[i]) {
    back[i] <- FALSE; computed[i] <- paste(computed[i], "(another with Breslow ties)")
  }
}
cat(sum(back), "of", nrow(figures), "figures come back\n")
for (i in which(!back)) with(figures[i, ], cat(sprintf(
  "  %s %s, %s, %s: printed %s, computed %s\n", id, item, arm, statistic, printed, computed[i])))

# ---- The structure: could these patients have existed?
broken <- 0
rule <- function(text, ok) {
  ok <- all(ok)
  if (is.na(ok) || !ok) { broken <<- broken + 1; cat("  broken:", text, "\n") }
}
wide <- function(column) {
  m <- reshape(adtte[, c("USUBJID", "PARAMCD", column)], idvar = "USUBJID", timevar = "PARAMCD", direction = "wide")
  names(m) <- sub(paste0(column, "\\."), "", names(m)); m[match(adsl$USUBJID, m$USUBJID), ]
}
t <- wide("time"); e <- wide("event")
end <- as.numeric(as.Date(adsl$EOSDT) - as.Date(adsl$RANDDT)) + 1
left <- adsl$EOSSTT == "DISCONTINUED"
parts <- c("DEATH", "ESRD", "DBLCREAT", "RENFLARE", "RESCUE")
first <- function(codes) do.call(pmin, Map(\(c) ifelse(e[[c]] == 1, t[[c]], Inf), codes))
rule("one row per patient and end point", nrow(adtte) == nrow(adsl) * 9 & !duplicated(adtte[, c("USUBJID", "PARAMCD")]))
rule("treatment failure is the first of its components", e$TRTFAIL == as.integer(is.finite(first(parts))) & t$TRTFAIL == pmin(first(parts), end))
broad <- pmin(first(c(parts, "EXTRFL")), ifelse(left, end, Inf))
rule("the broader failure is the first of failure, extrarenal flare, withdrawal", e$TRTFAILB == as.integer(is.finite(broad)) & t$TRTFAILB == pmin(broad, end))
rule("every renal flare is documented or suspected no later", e$RENFLARE == 0 | (e$RENFLSUS == 1 & t$RENFLSUS <= t$RENFLARE))
rule("nothing after the end of the study", sapply(t[, -1], \(x) x <= end))
rule("censored at the end of the study", sapply(names(t)[-1], \(c) e[[c]] == 1 | t[[c]] == end))
rule("AVAL is ADT - STARTDT + 1", number(adtte$AVAL) == as.numeric(as.Date(adtte$ADT) - as.Date(adtte$STARTDT)) + 1 & adtte$STARTDT == adtte$RANDDT)
rule("a rescue follows a flare, documented or suspected", e$RESCUE == 0 | (e$RENFLSUS == 1 & t$RESCUE >= t$RENFLSUS & (e$RENFLARE == 0 | t$RESCUE >= t$RENFLARE)))
rule("end-stage disease follows a doubling of creatinine", e$ESRD == 0 | (e$DBLCREAT == 1 & t$ESRD > t$DBLCREAT))
rule("who completed did so at month 36, days 1050 to 1130", left | (end >= 1050 & end <= 1130))
rule("who left did so before", !left | end < 1050)
rule("a reason for each withdrawal and none else", left == (adsl$DCSREAS != ""))
rule("deaths agree", (adsl$DTHFL == "Y") == (e$DEATH == 1) & (adsl$DCSREAS == "DIED") == (e$DEATH == 1) & (adsl$DTHFL == "N" | adsl$DTHDT == adsl$EOSDT))
never <- adsl$SAFFL == "N"
blank <- c("TRT01A", "TRTSDT", "TRTEDT", "TRTDURD", "AVGDD", "DOSE80FL", "PRED10FL")
rule("one patient never treated, without treatment data", sum(never) == 1 & sapply(adsl[never, blank], \(x) x == ""))
rule("nobody else without treatment data", sapply(adsl[!never, blank], \(x) x != ""))
day <- function(x) as.numeric(as.Date(ifelse(x == "", NA, x)))
rule("treatment within the study", never | (day(adsl$TRTSDT) >= day(adsl$RANDDT) & day(adsl$TRTEDT) <= day(adsl$EOSDT) & day(adsl$TRTEDT) >= day(adsl$TRTSDT)))
rule("TRTDURD from the dates", never | number(adsl$TRTDURD) == day(adsl$TRTEDT) - day(adsl$TRTSDT) + 1)
rule("treated as randomized", never | adsl$TRT01A == adsl$TRT01P)
rule("age 12 to 75", number(adsl$AGE) >= 12 & number(adsl$AGE) <= 75)
rule("nephritis no longer than lupus, lupus no longer than life", number(adsl$LNDUR) <= number(adsl$SLEDUR) & number(adsl$SLEDUR) < number(adsl$AGE))
egfr <- 186 * number(adsl$CREATBL)^-1.154 * number(adsl$AGE)^-0.203 * ifelse(adsl$RACE == "BLACK OR AFRICAN AMERICAN", 1.21, 1) * ifelse(adsl$SEX == "F", 0.742, 1)
rule("eGFR by the MDRD formula to one decimal", abs(egfr - number(adsl$EGFRBL)) < 0.05 + 1e-9)
category <- cut(number(adsl$EGFRBL), c(15, 30, 60, 90, Inf), right = FALSE, labels = c(">=15 to <30", ">=30 to <60", ">=60 to <90", ">=90"))
rule("eGFR categories from eGFR", adsl$EGFRGR1 == as.character(category))
enough <- ifelse(adsl$TRT01P == "MMF", number(adsl$AVGDD) >= 1.6, number(adsl$AVGDD) >= round(1.6 * number(adsl$WGTBL), 4))
rule("80% of the target dose from the dose", never | (adsl$DOSE80FL == "Y") == enough)
rule("regions agree", adsl$REGION1 == adsl$REGION2 | (adsl$REGION1 == "Rest of world" & adsl$REGION2 %in% c("Europe", "South Africa", "Australia")))

events <- merge(adae, adsl[, c("USUBJID", "SAFFL", "RANDDT", "TRTSDT", "TRTEDT", "EOSDT", "DCSREAS")], by = "USUBJID")
on <- events$TRTEMFL == "Y"
rule("adverse events of treated patients", events$SAFFL == "Y")
rule("treatment-emergent: from the first dose to the end of the study", !on | (day(events$ASTDT) >= day(events$TRTSDT) & day(events$ASTDT) <= day(events$EOSDT)))
rule("the others began before", on | day(events$ASTDT) < day(events$TRTSDT))
rule("an event ends after it began, within the study", events$AENDT == "" | (day(events$AENDT) >= day(events$ASTDT) & day(events$AENDT) <= day(events$EOSDT)))
stopped <- unique(events$USUBJID[events$AEACN == "DRUG WITHDRAWN"])
rule("who stopped for an adverse event has one, and nobody else but the fatal accident", setequal(stopped, adsl$USUBJID[adsl$DCSREAS %in% c("ADVERSE EVENT", "DIED")]))
rule("the cause of stopping began on treatment", events$AEACN != "DRUG WITHDRAWN" | day(events$ASTDT) <= day(events$TRTEDT))

at <- merge(adlb, data.frame(USUBJID = adsl$USUBJID, end = end, crr = adsl$CRRFL, flare = ifelse(e$RENFLARE == 1, t$RENFLARE, NA), doubled = ifelse(e$DBLCREAT == 1, t$DBLCREAT, NA), adsl[, c("C3BL", "C4BL", "DSDNABL", "CREATBL", "UPCRBL", "UPROTBL")]), by = "USUBJID")
at$value <- number(at$AVAL); at$base <- number(at$BASE); at$day <- number(at$ADY); at$month <- number(at$AVISITN)
base <- c(C3 = "C3BL", C4 = "C4BL", DSDNA = "DSDNABL", CREAT = "CREATBL", UPCR = "UPCRBL", UPROT = "UPROTBL")
rule("scheduled months", sort(unique(at$month)) == c(0, 1, 2, seq(3, 36, 3)))
rule("one value per patient, parameter and visit", !duplicated(at[, c("USUBJID", "PARAMCD", "AVISITN")]))
rule("visits while on study", at$day <= at$end)
rule("visits within ten days of their date", at$month == 36 | abs(at$day - pmax(1, at$month * 30.4375)) <= 10)
rule("baseline values are ADSL's", mapply(\(p, i) at$base[i] == number(at[[base[[p]]]][i]), at$PARAMCD, seq_len(nrow(at))))
rule("change from baseline", at$CHG == "" | abs(number(at$CHG) - (at$value - at$base)) < 1e-6)
creatinine <- at[at$PARAMCD == "CREAT", ]
after <- !is.na(creatinine$doubled) & creatinine$day >= creatinine$doubled
rule("creatinine doubles with the doubling and not without", (creatinine$value >= 2 * creatinine$base) == after)
protein <- at[at$PARAMCD == "UPROT", ]
during <- !is.na(protein$flare) & protein$day >= protein$flare & protein$day < protein$flare + 60
rule("proteinuria doubles to 1 or 2 g in a renal flare", !during | (protein$value >= 2 * protein$base & protein$value >= ifelse(protein$base <= 500, 1000, 2000)))
quiet <- is.na(protein$flare) & protein$month > 0
rule("and not without", !quiet | !(protein$value >= 2 * protein$base & protein$value >= ifelse(protein$base <= 500, 1000, 2000)))
stable <- merge(protein, creatinine, by = c("USUBJID", "AVISITN"))
remission <- unique(stable$USUBJID[number(stable$AVISITN) > 0 & stable$value.x < 500 & stable$value.y <= 1.25 * stable$base.y])
rule("complete remission has a visit with its protein and creatinine", adsl$USUBJID[adsl$CRRFL == "Y"] %in% remission)
cat(if (broken) paste(broken, "rules are broken") else "no structural rule is broken", "\n")
quit(status = if (broken || sum(!back) > 5) 1 else 0)
