# ---- Each row of ard.csv, computed anew ----------------------------------------------------------
tolerance <- 1e-6  # relative; iterations of two programs end that close to each other

value_of <- function(text) { x <- suppressWarnings(as.numeric(text)); x[tolower(text) %in% c("inf", "+inf")] <- Inf; x[tolower(text) == "-inf"] <- -Inf; x }
same <- function(a, b, statistic) {
  if (is.nan(b)) b <- NA
  if (is.na(a) || is.na(b)) return(is.na(a) && is.na(b))
  if (is.infinite(a) || is.infinite(b)) return(a == b)
  # What one proportion less another leaves of the last bit is no difference.
  if (grepl("difference$", statistic) && max(abs(a), abs(b)) < 1e-14) return(TRUE)
  abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-9 * min(1, max(abs(a), abs(b)) * 1e3) + 1e-300
}

# Of imputed estimates: whether chance alone, as far as it reaches, tells them apart.
by_chance <- function(statistic, a, b, error) {
  if (is.null(error[[statistic]]) || is.na(a) || is.na(b)) return(FALSE)
  scale <- if (statistic == "p_value") function(p) qnorm(p / 2) else log
  abs(scale(a) - scale(b)) <= error[[statistic]]
}

data <- tryCatch(load_trial(), error = function(e) { note("the files could not be read: ", conditionMessage(e)); NULL })
ard <- read.csv(results_file, colClasses = "character", na.strings = character(), encoding = "UTF-8", check.names = FALSE)
for (name in names(ard)) Encoding(ard[[name]]) <- "UTF-8"
status <- rep("not covered", nrow(ard)); computed <- rep(NA_real_, nrow(ard)); failed <- character(); chance <- 0

if (!is.null(data)) {
  key <- do.call(paste, c(ard[c("analysis", "paramcd", "arm", "subgroup", "level", "time", "method")], sep = "\r"))
  for (rows in split(seq_len(nrow(ard)), factor(key, unique(key)))) {
    r <- as.list(ard[rows[1], ])
    rule <- get0(paste0("rule_", r$analysis), mode = "function")
    if (is.null(rule)) next
    r$time <- value_of(r$time)
    r$conf <- 0.95
    if (grepl("@0?\\.[0-9]+$", r$method)) { r$conf <- as.numeric(sub("^.*@", "", r$method)); r$method <- sub("@[^@]*$", "", r$method) }
    found <- tryCatch(suppressWarnings(rule(r)), error = function(e) { failed <<- c(failed, paste0(r$analysis, ": ", conditionMessage(e))); NULL })
    for (i in rows) if (ard$statistic[i] %in% names(found)) {
      computed[i] <- as.numeric(found[[ard$statistic[i]]])
      value <- value_of(ard$value[i])
      near <- by_chance(ard$statistic[i], value, computed[i], attr(found, "error"))
      chance <- chance + near
      status[i] <- if (near || same(value, computed[i], ard$statistic[i])) "agree" else "differ"
    }
  }
}

# ---- What came of it -----------------------------------------------------------------------------
for (one in notes) cat("note:", one, "\n")
if (length(failed)) { n <- sort(table(failed), decreasing = TRUE); cat("could not be computed here, and so not covered:\n"); for (one in names(n)) cat(sprintf("  %5d  %s\n", n[[one]], one)) }
kinds <- c("agree", "differ", "not covered")
counts <- function(rows) vapply(kinds, function(kind) sum(status[rows] == kind), 0L)
line <- function(name, n) cat(sprintf("%-36s %8d %8d %12d\n", name, n[1], n[2], n[3]))
cat(sprintf("%-36s %8s %8s %12s\n", "analysis", kinds[1], kinds[2], kinds[3]))
where <- paste(ard$chapter, ard$analysis, sep = ": ")
for (name in sort(unique(where), method = "radix")) line(name, counts(where == name))
line("all", counts(rep(TRUE, nrow(ard))))
main <- ard$chapter %in% c("population", "efficacy", "safety")
if (chance > 0) cat(chance, "rows of multiple imputation agree within what chance lets two runs differ\n")
if (any(main)) cat(sprintf("population, efficacy and safety: %.1f%% of %d rows covered\n", 100 * mean(status[main] != "not covered"), sum(main)))
differing <- which(status == "differ")
for (i in head(differing, 50)) cat(sprintf("differs: %s %s %s %s %s %s %s %s: ard.csv %s, here %s\n",
  ard$analysis[i], ard$paramcd[i], ard$arm[i], ard$subgroup[i], ard$level[i], ard$time[i], ard$method[i],
  ard$statistic[i], if (ard$value[i] == "") "not estimable" else ard$value[i],
  if (is.na(computed[i])) "not estimable" else format(computed[i], digits = 15)))
if (length(differing) > 50) cat("and", length(differing) - 50, "more\n")
if (Sys.getenv("TRIALBOOK_VERIFY_ROWS") != "") write.csv(cbind(ard[1:10], status, computed), Sys.getenv("TRIALBOOK_VERIFY_ROWS"), row.names = FALSE)
if (!any(status != "not covered")) cat("nothing could be computed from these files\n")
quit(status = if (length(differing)) 1 else if (!any(status != "not covered")) 2 else 0)
