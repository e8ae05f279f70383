# ---- The trial's files, read by base R (and foreign for XPT) ------------------------------------
numeric_names <- c("AVAL", "CNSR", "BASE", "ADY", "AVISITN", "ANRLO", "ANRHI", "A1LO", "A1HI", "AGE",
                   "TRTDURD", "ENTRY", "CHG", "TRT01PN", "TRT01AN")
text_names <- c("STUDYID", "USUBJID", "SITEID", "TRT01P", "TRT01A", "AGEU", "SEX", "RACE", "ETHNIC",
                "REGION1", "EOSSTT", "DCSREAS", "EOTSTT", "DCTREAS", "PARAMCD", "PARAM", "AVALU",
                "AVISIT", "ANRIND", "BNRIND", "DTYPE", "EVNTDESC", "CNSDTDSC", "AEBODSYS", "AEDECOD",
                "AESEV", "AEREL", "AEACN", "AEOUT", "DVCAT", "DVDECOD")
flag_names <- c("AESER", "RANDFL", "ITTFL", "PPROTFL", "SAFFL", "FASFL", "DTHFL", "TRTEMFL",
                "ANL01FL", "ABLFL")
date_names <- c("RANDDT", "TRTSDT", "TRTEDT", "EOSDT", "DTHDT", "STARTDT", "ADT", "ASTDT", "AENDT")
blank_is_no <- c("RANDFL", "ITTFL", "SAFFL", "PPROTFL", "FASFL", "DTHFL", "TRTEMFL")
missing_words <- c("", ".", "na", "nan", "null", "none", "<na>", "#n/a")
notes <- character()
note <- function(...) notes <<- unique(c(notes, paste0(...)))

kind_of <- function(name, flat) {
  if (name %in% numeric_names) return("number")
  if (name %in% text_names) return("text")
  if (name %in% flag_names) return("flag")
  if (name %in% date_names) return("date")
  if (flat) return("")
  if (grepl("FL$", name)) return("flag")
  if (grepl("(DTC|CD|ID)$", name)) return("text")
  if (grepl("^.+DTM?$", name)) return("date")
  ""
}

clean <- function(x) {
  if (is.factor(x)) x <- as.character(x)
  if (is.numeric(x)) x <- ifelse(is.na(x), NA, format_number(x))
  x <- as.character(x)
  x <- gsub("[\u00ad\u200b\u200e\u200f\u2060\ufeff]", "", x)
  x <- gsub("[\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", x)
  x <- trimws(x)
  ifelse(is.na(x) | x == "", NA, x)
}
format_number <- function(x) {
  ifelse(x == round(x) & abs(x) < 2^53, format(x, scientific = FALSE, trim = TRUE, nsmall = 0),
         vapply(x, function(one) format(one, digits = 15), ""))
}

meant <- function(x, name, kind) {
  for (map in trial$values) {
    its_own <- !is.na(map$variable)
    if (if (its_own) tolower(map$variable) == tolower(name) else kind == "flag") {
      hit <- match(tolower(x), tolower(map$from))
      x <- ifelse(is.na(hit), x, map$to[hit])
      if (its_own) break
    }
  }
  x
}

as_number <- function(x, decimal) {
  x <- ifelse(tolower(x) %in% missing_words, NA, x)
  if (decimal == ",") x <- sub(",", ".", gsub(".", "", x, fixed = TRUE), fixed = TRUE)
  grouped <- grepl("^[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\\.[0-9]+)?$", x)
  x[grouped] <- gsub(",", "", x[grouped])
  suppressWarnings(as.numeric(x))
}

as_date <- function(x, epoch, name) {
  if (is.numeric(x)) {
    days <- if (any(abs(x) > 1e6, na.rm = TRUE)) floor(x / 86400) else floor(x)
    return(as.Date(days, origin = epoch))
  }
  if (inherits(x, c("Date", "POSIXct"))) return(as.Date(x))
  x <- toupper(clean(x))
  found <- as.Date(rep(NA, length(x)))
  forms <- c("^[0-9]{4}-[0-9]{2}-[0-9]{2}" = "%Y-%m-%d", "^[0-9]{4}/[0-9]{2}/[0-9]{2}" = "%Y/%m/%d",
             "^[0-9]{8}$" = "%Y%m%d")
  for (form in names(forms)) {
    hit <- is.na(found) & !is.na(x) & grepl(form, x)
    found[hit] <- as.Date(x[hit], format = forms[[form]])
  }
  spelt <- is.na(found) & !is.na(x) & grepl("^[0-9]{1,2}[- ]?[A-Z]{3}[- ]?[0-9]{4}", x)
  if (any(spelt)) {
    day <- sub("^([0-9]{1,2}).*$", "\\1", x[spelt])
    month <- match(sub("^[0-9]{1,2}[- ]?([A-Z]{3}).*$", "\\1", x[spelt]), toupper(month.abb))
    year <- sub("^[0-9]{1,2}[- ]?[A-Z]{3}[- ]?([0-9]{4}).*$", "\\1", x[spelt])
    found[spelt] <- as.Date(sprintf("%s-%02d-%02d", year, month, as.integer(day)))
  }
  numbered <- is.na(found) & grepl("^[0-9]{3,6}$", x)
  if (any(numbered) && !is.na(trial$dates)) {
    origin <- c(sas = "1960-01-01", excel = "1899-12-30", unix = "1970-01-01")[[trial$dates]]
    found[numbered] <- as.Date(as.numeric(x[numbered]), origin = origin)
  }
  whole <- !is.na(x) & !grepl("^[0-9]{4}(-[0-9]{2})?-?$", x)
  if (any(whole & is.na(found))) note("dates of ", name, " written in a way that this script does not read")
  found
}

typed <- function(frame, flat, text_only, epoch) {
  if (!flat) names(frame) <- toupper(trimws(names(frame))) else names(frame) <- trimws(names(frame))
  decimal <- trial$decimal
  if (is.na(decimal)) {
    commas <- text_only && any(vapply(frame, function(x) {
      x <- x[!is.na(x) & x != ""]
      length(x) > 0 && all(grepl("^[-+]?[0-9]+(,[0-9]+)?$", x)) && any(grepl(",", x))
    }, NA))
    decimal <- if (commas) "," else "."
  }
  for (name in names(frame)) {
    x <- frame[[name]]
    kind <- kind_of(name, flat)
    if (kind == "date") { frame[[name]] <- as_date(x, epoch, name); next }
    if (is.numeric(x) && kind %in% c("", "number")) { frame[[name]] <- as.numeric(x); next }
    x <- meant(clean(x), name, kind)
    if (kind == "flag") {
      lower <- tolower(x)
      x <- ifelse(lower %in% c("y", "yes", "true", "1"), "Y",
                  ifelse(lower %in% c("n", "no", "false", "0"), "N", x))
      if (name %in% blank_is_no) x[is.na(x)] <- "N"
    } else if (kind == "number") {
      if (name == "CNSR") x <- c(`true` = "1", `false` = "0", setNames(x, x))[match(tolower(x), c("true", "false", tolower(x)))]
      x <- as_number(unname(x), decimal)
    } else if (kind == "" && text_only) {
      known <- x[!is.na(x) & !(tolower(x) %in% missing_words)]
      none_is_level <- any(x == "None", na.rm = TRUE) && length(unique(known)) <= 10
      codes <- any(grepl("^[-+]?0[0-9]", known) | grepl("^[-+]?[0-9]{16,}$", known))
      if (length(known) && !none_is_level && !codes && !anyNA(as_number(known, decimal))) {
        x <- as_number(x, decimal)
      } else if (!none_is_level) x[!is.na(x) & x == "NA"] <- NA
    } else if (text_only) x[!is.na(x) & x == "NA"] <- NA
    frame[[name]] <- x
  }
  frame
}

text_lines <- function(path) {
  bytes <- readBin(con <- gzfile(path, "rb"), "raw", 1e9); close(con)
  if (length(bytes) > 2 && identical(as.integer(bytes[1:3]), c(239L, 187L, 191L))) bytes <- bytes[-(1:3)]
  text <- rawToChar(bytes)
  encoding <- if (validUTF8(text)) "UTF-8" else if (is.na(trial$encoding)) "CP1252" else trial$encoding
  if (encoding != "UTF-8") text <- iconv(text, encoding, "UTF-8", sub = "?")
  Encoding(text) <- "UTF-8"
  text <- gsub("\r\n?", "\n", text)
  sub("^sep=.\n", "", text)
}

read_text <- function(path, flat) {
  text <- text_lines(path)
  first <- gsub('"[^"]*"', "", sub("\n.*$", "", text))
  marks <- c(",", ";", "\t", "|")
  n <- vapply(marks, function(mark) lengths(regmatches(first, gregexpr(mark, first, fixed = TRUE))), 0L)
  frame <- read.table(text = text, header = TRUE, sep = marks[which.max(n)], quote = "\"",
                      colClasses = "character", na.strings = character(), check.names = FALSE,
                      comment.char = "", strip.white = TRUE, encoding = "UTF-8", row.names = NULL,
                      fill = FALSE, blank.lines.skip = TRUE)
  typed(frame, flat, TRUE, "1970-01-01")
}

read_file <- function(path, flat = FALSE) {
  ending <- tolower(sub("^.*?\\.((csv|tsv|txt)\\.gz|[^.]*)$", "\\1", basename(path)))
  if (ending %in% c("csv", "tsv", "txt", "csv.gz", "tsv.gz", "txt.gz")) return(read_text(path, flat))
  if (ending == "xpt" && requireNamespace("foreign", quietly = TRUE)) {
    frame <- foreign::read.xport(path)
    if (!is.data.frame(frame)) frame <- frame[[1]]
    for (name in names(frame)) if (is.factor(frame[[name]]) || is.character(frame[[name]])) {
      x <- as.character(frame[[name]])
      frame[[name]] <- ifelse(validUTF8(x), x, iconv(x, "CP1252", "UTF-8", sub = "?"))
    }
    return(typed(frame, flat, FALSE, "1960-01-01"))
  }
  if (ending == "rds") return(typed(as.data.frame(readRDS(path)), flat, FALSE, "1970-01-01"))
  if (ending %in% c("rda", "rdata")) {
    held <- new.env(); load(path, held)
    frames <- Filter(is.data.frame, mget(ls(held), held))
    if (length(frames) == 1) return(typed(as.data.frame(frames[[1]]), flat, FALSE, "1970-01-01"))
  }
  note(basename(path), " is in a format that base R does not read; what is made of it is not covered")
  NULL
}

stem <- function(path) toupper(sub("\\..*$", "", basename(path)))
read_set <- function(name) {
  pattern <- if (name == "ADLB") "^ADLB[CH]?$" else paste0("^", name, "$")
  paths <- list.files(data_folder, full.names = TRUE)
  paths <- paths[grepl(pattern, stem(paths)) & !grepl("\\.(yml|md|py|r|txt)$", paths, ignore.case = TRUE)]
  paths <- paths[order(tolower(basename(paths)))]
  frames <- lapply(paths, read_file)
  if (!length(frames) || any(vapply(frames, is.null, NA))) return(NULL)
  if (length(frames) == 1) return(frames[[1]])
  all_names <- unique(unlist(lapply(frames, names)))
  do.call(rbind, lapply(frames, function(frame) {
    for (one in setdiff(all_names, names(frame))) frame[[one]] <- NA
    frame[all_names]
  }))
}

# One flat file: a row per patient (or end point of a patient), as `flat:` of trial.yml maps it.
read_flat <- function() {
  map <- trial$flat
  frame <- read_file(file.path(data_folder, map$file), flat = TRUE)
  if (is.null(frame)) return(NULL)
  text <- function(x) clean(x)
  id <- if (is.na(map$id)) sprintf("%0*d", nchar(nrow(frame)), seq_len(nrow(frame))) else text(frame[[map$id]])
  code <- if (is.na(map$endpoint)) rep(map$paramcd, nrow(frame)) else text(frame[[map$endpoint]])
  if (!is.na(map$start) && anyDuplicated(data.frame(id, code))) {
    note("several intervals of a patient: this script does not join them"); return(NULL)
  }
  status <- text(frame[[map$event]])
  other <- suppressWarnings(as.numeric(status))
  censored <- ifelse(!is.na(other) & other == round(other) & other > 1 & other < 1000, other, 1)
  adtte <- data.frame(USUBJID = id, PARAMCD = code, AVAL = as.numeric(frame[[map$time]]),
                      CNSR = ifelse(tolower(status) %in% tolower(map$event_value), 0, censored), stringsAsFactors = FALSE)
  if (!is.na(map$start)) adtte$ENTRY <- as.numeric(frame[[map$start]])
  if ("ANL01FL" %in% names(frame)) adtte$ANL01FL <- frame$ANL01FL
  adsl <- frame
  adsl$USUBJID <- id; adsl$TRT01P <- adsl$TRT01A <- text(frame[[map$arm]])
  list(ADSL = adsl[!duplicated(id), ], ADTTE = adtte)
}
