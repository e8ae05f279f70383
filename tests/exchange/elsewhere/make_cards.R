# Results of a made-up trial in the shape that cards 0.7 and cardx 0.3 write, list columns unlisted.
# Each block stands for the call in its comment; survival computes, the names are cardx's.
#   Rscript make_cards.R > cards.csv
suppressPackageStartupMessages(library(survival))
set.seed(20)
arms <- c("Placebo", "Low dose", "High dose")
n <- c(98, 101, 100)
adsl <- data.frame(
  TRT01P = factor(rep(arms, n), levels = arms),
  AGE = round(rnorm(sum(n), 61, 9)),
  SEX = sample(c("F", "M"), sum(n), TRUE, c(0.42, 0.58)),
  BMI = round(rnorm(sum(n), 26, 4), 1)
)
rate <- c(0.075, 0.055, 0.036)[as.integer(adsl$TRT01P)]
event <- rexp(sum(n), rate)
censor <- pmin(24, runif(sum(n), 6, 40))
adsl$PFS <- round(pmin(event, censor), 2)
adsl$PFS_event <- as.integer(event <= censor)
death <- event + rexp(sum(n), 0.06)
adsl$OS <- round(pmin(death, censor), 2)
adsl$OS_event <- as.integer(death <= censor)
adsl$EOSSTT <- ifelse(censor >= 24 | adsl$OS_event == 1, "COMPLETED", "DISCONTINUED")
soc <- c("Gastrointestinal disorders", "Gastrointestinal disorders", "Skin and subcutaneous tissue disorders")
term <- c("Nausea", "Diarrhoea", "Rash")
share <- rbind(c(0.12, 0.19, 0.31), c(0.10, 0.14, 0.22), c(0.07, 0.10, 0.19))
had <- sapply(1:3, function(j) runif(sum(n)) < share[j, as.integer(adsl$TRT01P)])

out <- list()
row <- function(group1 = "", group1_level = "", group2 = "", group2_level = "", variable, variable_level = "",
                context, stats, paramcd = "") {
  out[[length(out) + 1]] <<- data.frame(
    group1, group1_level, group2, group2_level, variable, variable_level, context,
    stat_name = names(stats), stat = vapply(stats, function(x)
      if (is.character(x)) x else if (is.logical(x) && !is.na(x)) as.character(x)
      else if (is.na(x)) "NA" else format(x, digits = 12), ""), paramcd
  )
}
# ard_tabulate(ADSL, variables = TRT01P)
for (a in arms) row(variable = "TRT01P", variable_level = a, context = "tabulate",
  stats = list(n = sum(adsl$TRT01P == a), N = nrow(adsl), p = mean(adsl$TRT01P == a)))
# ard_summary(ADSL, by = TRT01P, variables = c(AGE, BMI)); ard_tabulate(ADSL, by = TRT01P, variables = c(SEX, EOSSTT))
for (a in arms) {
  of <- adsl[adsl$TRT01P == a, ]
  for (v in c("AGE", "BMI")) {
    x <- of[[v]]; q <- quantile(x, c(0.25, 0.75), type = 2, names = FALSE)
    row("TRT01P", a, variable = v, context = "summary", stats = list(N = length(x), mean = mean(x), sd = sd(x),
      median = median(x), p25 = q[1], p75 = q[2], min = min(x), max = max(x)))
  }
  for (v in c("SEX", "EOSSTT")) for (l in sort(unique(adsl[[v]]))) {
    k <- sum(of[[v]] == l)
    row("TRT01P", a, variable = v, variable_level = l, context = "tabulate", stats = list(n = k, N = nrow(of), p = k / nrow(of)))
  }
}
cox <- function(data, paramcd, group = "", level = "") {
  # coxph(Surv(AVAL, 1 - CNSR) ~ TRT01P) |> ard_regression(exponentiate = TRUE)
  data$time <- data[[paramcd]]; data$event <- data[[paste0(paramcd, "_event")]]
  s <- summary(coxph(Surv(time, event) ~ TRT01P, data))
  for (a in arms) {
    of <- data$TRT01P == a
    told <- list(term = paste0("TRT01P", a), var_label = "TRT01P", var_class = "factor", var_type = "categorical", var_nlevels = 3,
      contrasts = "contr.treatment", contrasts_type = "treatment", reference_row = a == arms[1],
      label = a, n_obs = sum(of), n_event = sum(data$event[of]), exposure = sum(data$time[of]))
    if (a != arms[1]) {
      co <- s$coefficients[paste0("TRT01P", a), ]; ci <- s$conf.int[paste0("TRT01P", a), ]
      told <- c(told, list(estimate = ci[[1]], std.error = co[[3]], statistic = co[[4]],
        p.value = co[[5]], conf.low = ci[[3]], conf.high = ci[[4]]))
    }
    row(group, level, variable = "TRT01P", variable_level = a, context = "regression", stats = told, paramcd = paramcd)
  }
}
for (p in c("PFS", "OS")) {
  fit <- eval(substitute(survfit(Surv(T, E) ~ TRT01P, adsl, conf.type = "log-log"), list(T = as.name(p), E = as.name(paste0(p, "_event")))))
  # ard_survival_survfit(fit, times = c(0, 6, 12, 18, 24))
  s <- summary(survfit0(fit), times = c(0, 6, 12, 18, 24), extend = TRUE)
  for (i in seq_along(s$time)) row("TRT01P", sub("TRT01P=", "", s$strata[i]), variable = "time", variable_level = format(s$time[i]),
    context = "survival", stats = list(n.risk = s$n.risk[i], estimate = s$surv[i], std.error = s$std.err[i],
    conf.high = s$upper[i], conf.low = s$lower[i], conf.level = 0.95, conf.type = "log-log"), paramcd = p)
  # ard_survival_survfit(fit, probs = 0.5)
  q <- quantile(fit, 0.5)
  for (i in 1:3) row("TRT01P", arms[i], variable = "prob", variable_level = "0.5", context = "survival_survfit",
    stats = list(estimate = q$quantile[i, 1], conf.low = q$lower[i, 1], conf.high = q$upper[i, 1],
    conf.level = 0.95, conf.type = "log-log"), paramcd = p)
  # ard_survival_survdiff(Surv(AVAL, 1 - CNSR) ~ TRT01P, data = ADTTE)
  d <- eval(substitute(survdiff(Surv(T, E) ~ TRT01P, adsl), list(T = as.name(p), E = as.name(paste0(p, "_event")))))
  row(variable = "TRT01P", context = "survival_survdiff", stats = list(statistic = d$chisq, df = 2,
    p.value = pchisq(d$chisq, 2, lower.tail = FALSE), method = "Log-rank test"), paramcd = p)
  # ard_survival_survfit_diff(fit, times = c(12, 24)): the reference minus the other
  at <- summary(fit, times = c(12, 24))
  for (a in arms[-1]) for (t in c(12, 24)) {
    pick <- function(x, arm) x[at$strata == paste0("TRT01P=", arm) & at$time == t]
    est <- pick(at$surv, arms[1]) - pick(at$surv, a); se <- sqrt(pick(at$std.err, arms[1])^2 + pick(at$std.err, a)^2)
    row("TRT01P", a, variable = "time", variable_level = format(t), context = "survival_survfit_diff",
      stats = list(reference_level = arms[1], estimate = est, std.error = se, statistic = est / se,
      conf.low = est - qnorm(0.975) * se, conf.high = est + qnorm(0.975) * se, p.value = 2 * (1 - pnorm(abs(est / se)))), paramcd = p)
  }
  cox(adsl, p)
}
# ard_strata(ADTTE, .by = SEX, .f = ~ coxph(...) |> ard_regression(exponentiate = TRUE))
for (l in c("F", "M")) cox(adsl[adsl$SEX == l, ], "PFS", "SEX", l)
# ard_stack_hierarchical(ADAE, variables = c(AESOC, AEDECOD), by = TRT01A, denominator = ADSL, id = USUBJID, over_variables = TRUE)
for (a in arms) {
  of <- adsl$TRT01P == a; N <- sum(of); count <- function(x) list(n = sum(x), N = N, p = sum(x) / N)
  row(variable = "TRT01A", variable_level = a, context = "tabulate", stats = list(n = N, N = nrow(adsl), p = N / nrow(adsl)))
  row("TRT01A", a, variable = "..ard_hierarchical_overall..", context = "hierarchical", stats = count(rowSums(had[of, ]) > 0))
  for (s in unique(soc)) row("TRT01A", a, variable = "AESOC", variable_level = s, context = "hierarchical",
    stats = count(rowSums(had[of, soc == s, drop = FALSE]) > 0))
  for (j in 1:3) row("TRT01A", a, "AESOC", soc[j], variable = "AEDECOD", variable_level = term[j], context = "hierarchical", stats = count(had[of, j]))
}
# ard_stats_fisher_test(ADSL, by = TRT01P, variables = SEX): a test at baseline, for which the book has no place
f <- fisher.test(table(adsl$TRT01P, adsl$SEX))
row("TRT01P", variable = "SEX", context = "stats_fisher_test", stats = list(p.value = f$p.value, method = "Fisher's Exact Test for Count Data"))
write.csv(do.call(rbind, out), row.names = FALSE, na = "")
