# controls.R -- numbers of tests/reduce/controls.c: treated patients of a trial and external ones, effect in the treated by
# propensity odds, with the standard error of stacked estimating equations. Rscript controls.R > controls.csv
set.seed(20)
n <- 80
age <- round(rnorm(n, 75, 8), 1); e4 <- rbinom(n, 2, 0.36)
treated <- rbinom(n, 1, plogis(-0.06 * (age - 75) + 0.5 * (e4 - 0.7)))
y <- round(4 - 0.1 * (age - 75) + e4 - 1.5 * treated + rnorm(n, 0, 3), 2)
write.csv(data.frame(treated, value = y, age, e4), row.names = FALSE, quote = FALSE)
fit <- glm(treated ~ age + e4, family = binomial)
e <- fitted(fit); w <- ifelse(treated == 1, 1, e / (1 - e)); x <- model.matrix(fit)
m1 <- mean(y[treated == 1]); o <- treated == 0; m0 <- sum(w[o] * y[o]) / sum(w[o])
a <- colSums((w * x * (y - m0))[o, ]) / sum(w[o])
score <- x * (treated - e)
part <- ifelse(treated == 1, (y - m1) / sum(treated), -w * (y - m0) / sum(w[o])) - score %*% solve(t(x) %*% (x * e * (1 - e)), a)
d <- function(v, k) abs(mean(v[treated == 1]) - sum(k[o] * v[o]) / sum(k[o])) / sd(v[treated == 1])
cat(sprintf("# coefficients %.10f %.10f %.10f\n", coef(fit)[1], coef(fit)[2], coef(fit)[3]), file = stderr())
cat(sprintf("# effect %.10f se %.10f ess %.10f smd %.10f %.10f\n", m1 - m0, sqrt(sum(part^2)), sum(w[o])^2 / sum(w[o]^2),
  max(d(age, rep(1, n)), d(e4, rep(1, n))), max(d(age, w), d(e4, w))), file = stderr())
