# A mixed model for repeated measures by R's nlme: Rscript make_reference.R (R 4.2.2, nlme 3.1-162)
library(nlme)
d <- read.csv("data.csv")
patients <- d[!duplicated(d$USUBJID), ]
d$base <- d$base - mean(patients$base)
d$visit <- factor(d$visit)
fit <- gls(change ~ 0 + visit:arm + visit:base, d,
           correlation = corSymm(form = ~ as.integer(visit) | USUBJID),
           weights = varIdent(form = ~ 1 | visit),
           control = glsControl(tolerance = 1e-12, msTol = 1e-12, maxIter = 500, msMaxIter = 1000))
sd <- fit$sigma * c(1, coef(fit$modelStruct$varStruct, unconstrained = FALSE))
correlation <- corMatrix(fit$modelStruct$corStruct)
full <- correlation[[which(sapply(correlation, nrow) == 3)[1]]]
sigma <- full * outer(sd, sd)
out <- rbind(data.frame(name = names(coef(fit)), value = coef(fit), std_error = sqrt(diag(vcov(fit)))),
             data.frame(name = paste0("sigma", row(sigma), col(sigma)), value = c(sigma), std_error = NA))
out$value <- signif(out$value, 10)
out$std_error <- signif(out$std_error, 10)
write.csv(out, "reference.csv", row.names = FALSE, na = "", quote = FALSE)
