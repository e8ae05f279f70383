# All rows of the time-to-event analyses by R's survival and cmprsk: Rscript make_reference.R
# R 4.2.2, survival 3.5-3, cmprsk 2.2-11. Writes reference.csv beside the data.
suppressMessages({library(survival); library(cmprsk)})
options(digits = 17)
adsl <- read.csv("adsl.csv", na.strings = "")
d <- merge(read.csv("adtte.csv"), adsl, by = "USUBJID")
d$event <- d$CNSR == 0
d$arm <- d$TRT01P
arms <- c("CTRL", "LOW", "HIGH")
pairs <- list(c("LOW", "CTRL"), c("HIGH", "CTRL"))
landmarks <- c(100, 365)
competing <- list(PFS = c("PFS", "OS"), RARE = c("RARE", "OS"))
per_year <- 365.25
z <- qnorm(0.975)
precise <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100)

rows <- list()
add <- function(analysis, paramcd, arm, subgroup = "", level = "", time = NA, method = "", ...,
                values = c(...)) {
  rows[[length(rows) + 1]] <<- data.frame(
    analysis, paramcd, arm, subgroup, level, time, method,
    statistic = names(values), value = unname(values))
}
wald <- function(b, se) c(coef = b, std_error = se, hr = exp(b), hr_lower = exp(b - z * se),
                          hr_upper = exp(b + z * se), p_value = 2 * pnorm(-abs(b / se)))
named <- function(x, names) setNames(as.numeric(x), names)
p_of <- function(chisq, df) pchisq(chisq, df, lower.tail = FALSE)

for (p in unique(d$PARAMCD)) {
  x <- d[d$PARAMCD == p, ]
  for (a in arms) {
    y <- x[x$arm == a, ]
    add("kaplan_meier", p, a, n = nrow(y), n_events = sum(y$event), n_censored = sum(!y$event),
        time_at_risk = sum(y$AVAL))
    for (type in c("log-log", "log", "plain")) {
      fit <- survfit(Surv(AVAL, event) ~ 1, y, conf.type = type)
      q <- quantile(fit, c(0.25, 0.5, 0.75))
      for (i in 1:3)
        add("kaplan_meier", p, a, level = c("q25", "median", "q75")[i], method = type,
            median = q$quantile[[i]], lower = q$lower[[i]], upper = q$upper[[i]])
      for (t in landmarks) {
        s <- summary(fit, times = t)
        add("kaplan_meier", p, a, time = t, method = type, n_at_risk = sum(y$AVAL >= t),
            survival = s$surv, std_error = s$std.err, lower = s$lower, upper = s$upper)
      }
    }
    q <- quantile(survfit(Surv(AVAL, !event) ~ 1, y, conf.type = "log-log"), 0.5)
    add("follow_up", p, a, level = "median", method = "reverse",
        median = q$quantile[[1]], lower = q$lower[[1]], upper = q$upper[[1]])
    exact <- poisson.test(sum(y$event), sum(y$AVAL) / per_year)
    add("incidence_rate", p, a, method = "exact", n_events = sum(y$event),
        time_at_risk = sum(y$AVAL), rate = 100 * exact$estimate[[1]],
        lower = 100 * exact$conf.int[1], upper = 100 * exact$conf.int[2])
    for (s in c("SEX", "STAGE", "ECOG")) for (l in sort(unique(x[[s]]))) {
      w <- y[y[[s]] %in% l, ]
      add("subgroup", p, a, paste0(s, "=", l), method = "efron", n = nrow(w),
          n_events = sum(w$event), rate = 100 * sum(w$event) / (sum(w$AVAL) / per_year))
    }
  }
  log_rank <- function(data, arm) {
    for (method in c("", "rho=1", "stratified")) {
      formula <- if (method == "stratified") Surv(AVAL, event) ~ arm + strata(SEX, STAGE)
                 else Surv(AVAL, event) ~ arm
      test <- survdiff(formula, data, rho = as.numeric(method == "rho=1"))
      df <- length(unique(data$arm)) - 1
      add("log_rank", p, arm, method = method, chisq = test$chisq, df = df,
          p_value = p_of(test$chisq, df))
    }
  }
  log_rank(x, "all")
  x$rank <- match(x$arm, arms)
  test <- survdiff(Surv(AVAL, event) ~ rank, x)
  chisq <- sum(1:3 * (test$obs - test$exp))^2 / as.numeric(1:3 %*% test$var %*% 1:3)
  add("log_rank", p, "all", method = "trend", chisq = chisq, df = 1, p_value = p_of(chisq, 1))

  for (pair in pairs) {
    y <- x[x$arm %in% pair, ]
    y$treated <- as.numeric(y$arm == pair[1])
    name <- paste(pair[1], "vs", pair[2])
    log_rank(y, name)
    per_arm <- split(y, y$treated)
    rate <- poisson.test(c(sum(per_arm[["1"]]$event), sum(per_arm[["0"]]$event)),
                         c(sum(per_arm[["1"]]$AVAL), sum(per_arm[["0"]]$AVAL)))
    add("incidence_rate", p, name, method = "exact", rate_ratio = rate$estimate[[1]],
        lower = rate$conf.int[1], upper = rate$conf.int[2])
    at <- lapply(per_arm, function(w) summary(survfit(Surv(AVAL, event) ~ 1, w), times = landmarks))
    difference <- at[["1"]]$surv - at[["0"]]$surv
    se <- sqrt(at[["1"]]$std.err^2 + at[["0"]]$std.err^2)
    for (i in seq_along(landmarks))
      add("landmark", p, name, time = landmarks[i], difference = difference[i], std_error = se[i],
          lower = difference[i] - z * se[i], upper = difference[i] + z * se[i],
          p_value = 2 * pnorm(-abs(difference[i] / se[i])), nnt = 1 / difference[i])
    if (all(tapply(y$event, y$treated, any))) {
      for (ties in c("efron", "breslow", "exact")) {
        m <- coxph(Surv(AVAL, event) ~ treated, y, ties = ties, control = precise)
        add("cox", p, name, method = ties, values = wald(coef(m)[[1]], sqrt(vcov(m)[1, 1])))
      }
      m <- coxph(Surv(AVAL, event) ~ treated + strata(SEX, STAGE), y, control = precise)
      add("cox", p, name, method = "stratified", n = m$n, n_events = m$nevent)
      add("cox", p, name, method = "stratified", values = wald(coef(m)[[1]], sqrt(vcov(m)[1, 1])))
      formulas <- list(PFS = Surv(AVAL, event) ~ treated + AGE + STAGE + ECOG,
                       OS = Surv(AVAL, event) ~ treated + AGE + strata(SEX))
      if (p %in% names(formulas)) {
        m <- coxph(formulas[[p]], y, control = precise)
        method <- paste0("adjusted:", c(PFS = "full", OS = "bysex")[[p]])
        add("cox", p, name, method = method, n = m$n, n_events = m$nevent)
        for (term in names(coef(m))) {
          level <- sub("^STAGE", "STAGE=", sub("^treated$", "", term))
          add("cox", p, name, level = level, method = method,
              values = wald(coef(m)[[term]], sqrt(vcov(m)[term, term])))
        }
      }
      m <- coxph(Surv(AVAL, event) ~ treated, y, control = precise)
      for (transform in c("km", "rank", "identity", "log")) {
        if (transform == "log" && any(y$AVAL[y$event] == 0)) next
        test <- cox.zph(m, transform = if (transform == "log") log else transform)$table
        for (level in c("", "GLOBAL"))
          add("proportional_hazards", p, name, level = level, method = transform,
              values = named(test[1, ], c("chisq", "df", "p_value")))
      }
      for (s in c("SEX", "STAGE", "ECOG")) {
        y$s <- factor(y[[s]])
        w <- y[!is.na(y$s), ]
        m0 <- coxph(Surv(AVAL, event) ~ treated + s, w)
        m1 <- coxph(Surv(AVAL, event) ~ treated * s, w)
        chisq <- 2 * (m1$loglik[2] - m0$loglik[2])
        df <- sum(!is.na(coef(m1))) - sum(!is.na(coef(m0)))
        add("subgroup", p, name, s, method = "interaction", chisq = chisq, df = df,
            p_value = p_of(chisq, df))
      }
    }
  }
}
for (p in names(competing)) {
  x <- d[d$PARAMCD == p, ]
  other <- d[d$PARAMCD == "OS", ]
  other <- other[match(x$USUBJID, other$USUBJID), ]
  # a death no later than the end of follow-up for the event competes with it
  first <- other$event & (other$AVAL < x$AVAL | (other$AVAL == x$AVAL & !x$event))
  x$cause <- ifelse(first, 2, as.numeric(x$event))
  x$AVAL[first] <- other$AVAL[first]
  for (a in arms) {
    y <- x[x$arm == a, ]
    s <- summary(survfit(Surv(AVAL, factor(cause, 0:2)) ~ 1, y, conf.type = "log-log"),
                 times = landmarks)
    for (k in 1:2) for (i in seq_along(landmarks))
      add("competing_risks", p, a, level = competing[[p]][k], time = landmarks[i],
          method = "aalen_johansen", cumulative_incidence = s$pstate[i, k + 1],
          std_error = s$std.err[i, k + 1], lower = s$lower[i, k + 1], upper = s$upper[i, k + 1])
  }
  for (pair in pairs) {
    y <- x[x$arm %in% pair, ]
    y$treated <- as.numeric(y$arm == pair[1])
    name <- paste(pair[1], "vs", pair[2])
    for (k in 1:2) {
      level <- competing[[p]][k]
      code <- ifelse(y$cause == 0, 0, ifelse(y$cause == k, 1, 2))
      test <- cuminc(y$AVAL, code, y$treated)$Tests["1", ]
      add("competing_risks", p, name, level = level, method = "gray", chisq = test[["stat"]],
          p_value = test[["pv"]])
      if (!all(tapply(code == 1, y$treated, any))) next
      m <- crr(y$AVAL, code, y$treated, gtol = 1e-10, maxiter = 50)
      add("competing_risks", p, name, level = level, method = "fine_gray",
          values = wald(m$coef[[1]], sqrt(m$var[1, 1])))
      m <- coxph(Surv(AVAL, code == 1) ~ treated, y, control = precise)
      add("competing_risks", p, name, level = level, method = "cause_specific",
          values = wald(coef(m)[[1]], sqrt(vcov(m)[1, 1])))
    }
  }
}
out <- do.call(rbind, rows)
out <- out[is.finite(out$value), ]
out$value <- formatC(out$value, digits = 15, format = "g")
write.csv(out, "reference.csv", row.names = FALSE, na = "", quote = FALSE)
