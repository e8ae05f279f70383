# The probability that the largest of |Z|, Z normal with a correlation, reaches a bound, by the
# package mvtnorm. From the root of the repository:
#   Rscript trialbook/agreement/reference/normal_maximum.R > trialbook/agreement/reference/normal_maximum.json
suppressMessages({library(mvtnorm); library(jsonlite)})
set.seed(1)
cases <- lapply(1:12, function(i) {
  k <- c(2, 3, 3, 4)[(i - 1) %% 4 + 1]; rank <- min(k, 3); bound <- c(1, 2, 3)[(i - 1) %% 3 + 1]
  # the fourth follows from the first two, as the weighted log-rank tests do
  root <- matrix(rnorm(rank * rank), rank) + 0.7
  if (k > rank) root <- rbind(root, root[1, ] - root[2, ] * 0.6)
  corr <- cov2cor(root %*% t(root))
  if (k > rank) {
    # Miwa needs a regular matrix; this is right to some 1e-8
    inside <- pmvnorm(rep(-bound, k), rep(bound, k), corr = corr,
                      algorithm = GenzBretz(maxpts = 2e7, abseps = 1e-9, releps = 0))
  } else {
    inside <- pmvnorm(rep(-bound, k), rep(bound, k), corr = corr, algorithm = Miwa(steps = 4096))
  }
  list(bound = bound, correlation = corr, exceeds = 1 - as.numeric(inside), rank = rank)
})
cat(toJSON(list(r = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm")), cases = cases),
           digits = I(17), auto_unbox = TRUE), "\n")
