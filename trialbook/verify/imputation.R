# ---- Tipping point: imputation with random numbers of this script's own --------------------------
# What is imputed cannot come out to the digit: two runs of m imputations differ by chance. An
# estimate agrees within five standard errors of that difference (attribute "error"); what is not
# random (delta 0, extreme cases) to the digit.
imputations <- 100
one_effect <- function(time, event, treated) {
  y <- Surv(as.numeric(time), as.numeric(event))
  x <- matrix(as.numeric(treated))
  fit <- suppressWarnings(coxph.fit(x, y, NULL, rep(0, length(time)), 0, exactly, NULL, "efron", as.character(seq_along(time))))
  c(fit$coefficients[[1]], fit$var[1, 1])
}
# Rubin's rules (1987), and how far chance may move what they give.
pooled <- function(fits, conf) {
  m <- ncol(fits); b <- mean(fits[1, ]); within <- mean(fits[2, ])
  between <- if (m > 1) var(fits[1, ]) else 0
  total <- within + (1 + 1 / m) * between; se <- sqrt(total)
  df <- if (between > 1e-15) (m - 1) * (total / ((1 + 1 / m) * between))^2 else Inf
  q <- qt((1 + conf) / 2, df); z <- abs(b) / se
  found <- list(hr = exp(b), hr_lower = exp(b - q * se), hr_upper = exp(b + q * se), p_value = 2 * pt(-z, df))
  if (between > 1e-15) {
    off <- 5 * sqrt(2 * between / m)
    off_se <- 5 * sqrt(2) * ((1 + 1 / m) * between * sqrt(2 / (m - 1)) + sd(fits[2, ]) / sqrt(m)) / (2 * se)
    off_z <- off / se + z * off_se / se
    attr(found, "error") <- list(hr = off, hr_lower = off + q * off_se, hr_upper = off + q * off_se, p_value = off_z)
  }
  found
}
# The cumulative hazard of a bootstrap sample of an arm, at that arm's times.
resampled <- function(d) {
  values <- sort(unique(d$time)); row <- match(d$time, values)
  copies <- tabulate(sample.int(nrow(d), replace = TRUE), nrow(d))
  leaving <- as.vector(tapply(copies, factor(row, seq_along(values)), sum))
  events <- as.vector(tapply(copies * d$event, factor(row, seq_along(values)), sum))
  at_risk <- rev(cumsum(rev(leaving)))
  list(time = values, hazard = cumsum(ifelse(at_risk > 0, events / at_risk, 0)))
}
rule_tipping_point <- function(r) {
  if (r$method == "delta") return(NULL)  # interpolated between what is random
  d <- pair(tte(r$paramcd), comparison(r$arm))
  horizon <- max(if (is.na(trial$horizon)) max(d$time) else trial$horizon, 0)
  withdrawn <- (if (has(tte(r$paramcd), "EOSSTT")) d$EOSSTT %in% "DISCONTINUED" else TRUE) & d$event == 0
  chosen <- withdrawn & d$time < horizon
  if (r$method == "extreme") {
    fails <- xor(r$level == "worst", endpoint(r$paramcd)$favourable)
    at_once <- chosen & d$treated == as.integer(fails); never <- chosen & !at_once
    return(pooled(as.matrix(one_effect(ifelse(never, horizon, d$time), as.integer(d$event | at_once), d$treated)), r$conf))
  }
  delta <- as.numeric(sub("^delta=", "", r$method))
  if (r$level == "treated") chosen <- chosen & d$treated == 1
  who <- which(chosen)
  source_ <- if (r$level == "reference") rep(0, length(who)) else d$treated[who]
  set.seed(1)
  fits <- vapply(seq_len(if (delta == 0) 1 else imputations), function(i) {
    time <- d$time; event <- d$event
    for (arm in unique(source_)) {
      mine <- who[source_ == arm]
      curve <- resampled(d[d$treated == arm, ])
      so_far <- c(0, curve$hazard)[findInterval(d$time[mine], curve$time) + 1]
      target <- so_far + if (delta == 0) Inf else rexp(length(mine)) / delta
      # The first time at which the hazard has reached the target.
      at <- c(curve$time, Inf)[findInterval(target, curve$hazard, left.open = TRUE) + 1]
      event[mine] <- as.integer(at <= horizon); time[mine] <- pmin(at, horizon)
    }
    one_effect(time, event, d$treated)
  }, numeric(2))
  pooled(as.matrix(fits), r$conf)
}
