# What holds with few events or none, average hazards, adjusted P values, rates, and Kenward and
# Roger's correction, by survival, nlme and formulas. From the root of the repository:
#   Rscript trialbook/agreement/reference/few_events.R > trialbook/agreement/reference/few_events.json
suppressMessages({library(survival); library(jsonlite); library(nlme)})
folder <- "trialbook/agreement/reference"
of_trial <- function(name, treated) {
  d <- read.csv(file.path(folder, paste0(name, ".csv")))
  data.frame(time = d$AVAL, event = as.integer(d$CNSR == 0), treated = as.integer(d$TRT01P == treated))
}
set.seed(7)
made <- function(n, hazards, ties) {
  treated <- rep(0:1, each = n)
  t <- rexp(2 * n, hazards[treated + 1]); end <- runif(2 * n, 20, 60)
  time <- if (ties) ceiling(pmin(t, end)) else pmin(t, end)
  data.frame(time = time, event = as.integer(t <= end), treated = treated)
}
trials <- list(lung = of_trial("lung", "Female"), veteran = of_trial("veteran", "Test"),
               rare = made(40, c(0.003, 0.001), TRUE), none = made(25, c(0.01, 1e-9), FALSE))
at <- list(lung = c(10.5, 365, 730), veteran = c(2.5, 90, 180), rare = c(10.5, 30.5), none = c(15, 25))
tau <- c(lung = 730, veteran = 180, rare = 30, none = 25)

table_of <- function(d) {
  f <- survfit(Surv(time, event) ~ 1, d)
  data.frame(time = f$time, y = f$n.risk, d = f$n.event, s = f$surv)
}
survival_at <- function(k, t) tail(c(1, k$s[k$time <= t]), 1)
log_log <- function(d, t) {
  s <- summary(survfit(Surv(time, event) ~ 1, d, conf.type = "log-log"), times = t)
  c(s$lower, s$upper)
}
bpcp <- function(d, t) { # no time is t itself: at risk next are those at risk just after it
  k <- table_of(d); past <- k[k$time <= t & k$d > 0, ]; after <- sum(d$time > t)
  limit <- function(p, a, b) {
    m1 <- prod(a / (a + b)); m2 <- prod(a * (a + 1) / ((a + b) * (a + b + 1)))
    c <- m1 * (m1 - m2) / (m2 - m1^2)
    qbeta(p, c, c * (1 - m1) / m1)
  }
  a <- past$y - past$d + 1; b <- past$d
  c(limit(0.025, c(a, after), c(b, 1)), if (length(a)) limit(0.975, a, b) else 1)
}
limits <- function(d, t) if (sum(d$event[d$time <= t]) < 5) bpcp(d, t) else log_log(d, t)
mover <- function(d1, d0, t) {
  s <- c(survival_at(table_of(d1), t), survival_at(table_of(d0), t))
  l1 <- limits(d1, t); l0 <- limits(d0, t)
  c(s[1] - s[2], s[1] - s[2] - sqrt((s[1] - l1[1])^2 + (l0[2] - s[2])^2),
    s[1] - s[2] + sqrt((l1[2] - s[1])^2 + (s[2] - l0[1])^2))
}
average_hazard <- function(d, tau) {
  k <- table_of(d); past <- k[k$time <= tau & k$d > 0, ]
  area <- function(t) { # under the curve up to t
    cut <- c(0, k$time[k$time < t], t); sum(diff(cut) * c(1, k$s[k$time < t]))
  }
  F <- 1 - survival_at(k, tau); R <- area(tau)
  weight <- 1 / F - sapply(past$time, area) / R
  c(F / R, F / R * sqrt(sum(weight^2 * past$d / past$y^2)))
}
exact <- coxph.control(iter.max = 0)
plain <- function(d, b) coxph(Surv(time, event) ~ treated, d, init = b, control = exact)
profile <- function(d) {
  # at -40 the likelihood without events in the treated has its supremum
  l <- function(b) plain(d, b)$loglik[2]
  top <- l(-40)
  upper <- uniroot(function(b) 2 * (top - l(b)) - qchisq(0.95, 1), c(-20, 5), tol = 1e-13)$root
  c(exp(upper), pchisq(2 * (top - l(0)), 1, lower.tail = FALSE))
}
firth <- function(d) {
  l <- function(b) { f <- plain(d, b); f$loglik[2] - log(vcov(f)[1]) / 2 }
  best <- optimize(l, c(-10, 5), maximum = TRUE, tol = 1e-10)
  drop <- function(b) 2 * (best$objective - l(b)) - qchisq(0.95, 1)
  c(exp(best$maximum), exp(uniroot(drop, c(-12, best$maximum), tol = 1e-13)$root),
    exp(uniroot(drop, c(best$maximum, 8), tol = 1e-13)$root),
    pchisq(2 * (best$objective - l(0)), 1, lower.tail = FALSE))
}
reference <- function(name) {
  d <- trials[[name]]; d1 <- d[d$treated == 1, ]; d0 <- d[d$treated == 0, ]
  empty <- sum(d1$event) == 0
  per_arm <- lapply(list(d1, d0), function(arm) {
    few <- sapply(at[[name]], function(t) sum(arm$event[arm$time <= t]) < 5)
    list(bpcp = lapply(at[[name]][few], function(t) c(t, bpcp(arm, t))),
         average_hazard = if (any(arm$event[arm$time <= tau[name]] == 1))
           average_hazard(arm, tau[name]))
  })
  list(name = name, data = d, tau = unname(tau[name]), arms = per_arm,
       mover = lapply(at[[name]], function(t) c(t, mover(d1, d0, t))),
       profile = if (empty) profile(d), firth = if (empty || name == "rare") firth(d))
}
p <- c(0.01, 0.02, 0.03, 0.004)
rates <- list(
  one = list(n = 17, years = 80.5, limits = c(poisson.test(17, 80.5)$conf.int)),
  none = list(n = 0, years = 12.25, limits = c(poisson.test(0, 12.25)$conf.int)),
  ratio = { f <- poisson.test(c(9, 17), c(92.25, 80.5))
            list(n = c(9, 17), years = c(92.25, 80.5), ratio = unname(f$estimate), limits = c(f$conf.int)) }
)

mixed <- function() { # Kenward and Roger (1997) by their formulas, at nlme's estimates
  d <- read.csv(file.path(folder, "repeated_measures", "data.csv"))
  patients <- d[!duplicated(d$USUBJID), ]; d$base <- d$base - mean(patients$base)
  d <- d[order(d$USUBJID, d$visit), ]; q <- 3
  fit <- gls(change ~ 0 + factor(visit):arm + factor(visit):base, d,
             correlation = corSymm(form = ~ visit | USUBJID),
             weights = varIdent(form = ~ 1 | visit),
             control = glsControl(tolerance = 1e-12, msTol = 1e-12, maxIter = 500, msMaxIter = 1000))
  sd <- fit$sigma * coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)[c("1", "2", "3")]
  full <- Filter(function(m) nrow(m) == q, corMatrix(fit$modelStruct$corStruct))[[1]]
  sigma <- full * outer(sd, sd)
  X <- model.matrix(~ 0 + factor(visit):arm + factor(visit):base, d)
  same <- outer(d$USUBJID, d$USUBJID, "==")
  spread <- function(m) m[d$visit, d$visit] * same
  units <- list()
  for (a in 1:q) for (b in 1:a) { u <- matrix(0, q, q); u[a, b] <- u[b, a] <- 1; units[[length(units) + 1]] <- spread(u) }
  W <- solve(spread(sigma)); Phi <- solve(t(X) %*% W %*% X)
  P0 <- W - W %*% X %*% Phi %*% t(X) %*% W; y <- d$change; k <- length(units)
  P <- lapply(units, function(V) -t(X) %*% W %*% V %*% W %*% X)
  info <- matrix(0, k, k)
  for (i in 1:k) for (j in 1:k) {
    m <- P0 %*% units[[i]] %*% P0 %*% units[[j]]
    info[i, j] <- y %*% m %*% P0 %*% y - sum(diag(m)) / 2
  }
  theta <- solve(info); inner <- 0
  for (i in 1:k) for (j in 1:k) inner <- inner + theta[i, j] *
      (t(X) %*% W %*% units[[i]] %*% W %*% units[[j]] %*% W %*% X - P[[i]] %*% Phi %*% P[[j]])
  adjusted <- Phi + 2 * Phi %*% inner %*% Phi
  lapply(1:q, function(v) {
    c <- as.numeric(colnames(X) == paste0("factor(visit)", v, ":armB")) -
      as.numeric(colnames(X) == paste0("factor(visit)", v, ":armA"))
    share <- sapply(P, function(m) c %*% Phi %*% m %*% Phi %*% c)
    c(sqrt(c %*% adjusted %*% c), 2 * (c %*% Phi %*% c)^2 / (share %*% theta %*% share))
  })
}
cat(toJSON(list(r = R.version.string, survival = as.character(packageVersion("survival")),
                cases = lapply(names(trials), reference), p = p,
                holm = p.adjust(p, "holm"), hochberg = p.adjust(p, "hochberg"),
                bonferroni = p.adjust(p, "bonferroni"), rates = rates, mixed = mixed()),
           digits = I(17), dataframe = "columns", auto_unbox = TRUE, null = "null"), "\n")
