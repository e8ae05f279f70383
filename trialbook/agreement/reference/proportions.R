# Proportions and rates by base R. From the root of the repository:
#   Rscript trialbook/agreement/reference/proportions.R > trialbook/agreement/reference/proportions.json
suppressMessages(library(jsonlite))

# fisher.test() itself, with uniroot's tolerance of 1.2e-4 set to 1e-14
exactly <- fisher.test
environment(exactly) <- list2env(
  list(uniroot = function(...) stats::uniroot(..., tol = 1e-14, maxiter = 10000)),
  parent = environment(fisher.test)
)

newcombe <- function(a, n1, c, n0, level) {
  wilson <- function(x, n) prop.test(x, n, correct = FALSE, conf.level = level)$conf.int
  w1 <- suppressWarnings(wilson(a, n1)); w0 <- suppressWarnings(wilson(c, n0))
  p1 <- a / n1; p0 <- c / n0
  (p1 - p0) + c(-sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2), sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2))
}

# Miettinen and Nurminen from the likelihood's derivative: no closed form of its maximum
miettinen_nurminen <- function(a, n1, c, n0, level) {
  over <- function(x, p) if (x == 0) 0 else x / p
  statistic <- function(delta) {
    slope <- function(p0) {
      over(a, p0 + delta) - over(n1 - a, 1 - p0 - delta) + over(c, p0) - over(n0 - c, 1 - p0)
    }
    ends <- c(max(0, -delta), min(1, 1 - delta)) + c(1, -1) * 1e-15
    p0 <- if (slope(ends[1]) <= 0) ends[1] else if (slope(ends[2]) >= 0) ends[2] else
      uniroot(slope, ends, tol = 1e-16, maxiter = 10000)$root
    p1 <- p0 + delta
    n <- n1 + n0
    (a / n1 - c / n0 - delta) / sqrt((p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * n / (n - 1))
  }
  z <- qnorm((1 + level) / 2)
  limit <- function(sign) {
    d <- a / n1 - c / n0
    ends <- if (sign > 0) c(-1 + 1e-9, d - 1e-9) else c(d + 1e-9, 1 - 1e-9)
    uniroot(function(delta) statistic(delta) - sign * z, ends, tol = 1e-14, maxiter = 10000)$root
  }
  c(limit(1), limit(-1))
}

tables <- data.frame(
  a  = c(56, 9, 6, 5, 0, 0, 10, 10, 53, 16, 2, 115, 1, 90, 3, 64),
  n1 = c(70, 10, 7, 56, 10, 10, 10, 10, 90, 116, 8, 115, 1, 100, 4, 68),
  c  = c(48, 3, 2, 0, 0, 3, 0, 20, 112, 32, 9, 100, 0, 50, 1, 64),
  n0 = c(80, 10, 7, 29, 20, 20, 20, 20, 138, 111, 9, 111, 1, 100, 4, 69)
)
counts <- lapply(seq_len(nrow(tables)), function(i) {
  t <- tables[i, ]
  m <- matrix(c(t$a, t$n1 - t$a, t$c, t$n0 - t$c), 2)
  f <- exactly(m, conf.level = 0.95); f90 <- exactly(m, conf.level = 0.90)
  list(table = unlist(t, use.names = FALSE), fisher_p = fisher.test(m)$p.value,
       odds_ratio = unname(f$estimate), interval = f$conf.int, interval90 = f90$conf.int,
       newcombe = newcombe(t$a, t$n1, t$c, t$n0, 0.95),
       newcombe90 = newcombe(t$a, t$n1, t$c, t$n0, 0.90),
       miettinen_nurminen = tryCatch(miettinen_nurminen(t$a, t$n1, t$c, t$n0, 0.95),
                                     error = function(e) NULL))
})
rates <- lapply(list(c(32, 215.3), c(0, 12.5), c(1, 1000), c(400, 3.25)), function(r) {
  list(events = r[1], time = r[2], rate = r[1] / r[2], interval = poisson.test(r[1], r[2])$conf.int,
       interval99 = poisson.test(r[1], r[2], conf.level = 0.99)$conf.int)
})
ratios <- lapply(list(c(16, 250, 32, 215), c(0, 100, 5, 90), c(7, 33, 0, 40), c(500, 1e4, 400, 1e4)),
  function(r) {
    t <- poisson.test(r[c(1, 3)], r[c(2, 4)])
    list(given = r, ratio = unname(t$estimate), interval = t$conf.int, p_value = t$p.value)
  })
cat(toJSON(list(r = R.version.string, counts = counts, rates = rates, ratios = ratios),
           digits = I(17), auto_unbox = TRUE, null = "null"), "\n")
