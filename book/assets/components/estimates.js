/* Estimators for the browser, as the package has them: Kaplan and Meier with log-log limits, the
   log-rank test, Cox's model of two arms (Efron), restricted means, sizes of trials. Arrays in,
   numbers out; nothing of a page. Checked against the package to 1e-9. */
globalThis.tbEstimates = (() => {
  /* The normal distribution: a series near the middle, a continued fraction in the tail. */
  const erfc = (x) => {
    if (x < 0) return 2 - erfc(-x);
    if (x < 2.5) {
      let term = x;
      let sum = x;
      for (let n = 1; term > sum * 1e-17; n += 1) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    let tail = 0;
    for (let n = 120; n > 0; n -= 1) tail = n / 2 / (x + tail);
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
  };
  const upper = (z) => erfc(z / Math.SQRT2) / 2;
  /* The z that a share p of the standard normal lies above. */
  const quantile = (p) => {
    if (p > 0.5) return -quantile(1 - p);
    let [low, high] = [0, 40];
    for (let i = 0; i < 200 && high - low > 1e-16 * high; i += 1) {
      const middle = (low + high) / 2;
      if (upper(middle) > p) low = middle; else high = middle;
    }
    return (low + high) / 2;
  };
  const twoSided = (z) => erfc(Math.abs(z) / Math.SQRT2);
  /* The upper tail of chi-square, by the recurrence of the incomplete gamma function. */
  const chiSquare = (x, df) => {
    const half = x / 2;
    let a = df % 2 ? 0.5 : 1;
    let found = df % 2 ? erfc(Math.sqrt(half)) : Math.exp(-half);
    let term = df % 2 ? Math.sqrt(half) * Math.exp(-half) / (Math.sqrt(Math.PI) / 2) : half * Math.exp(-half);
    for (; a < df / 2; a += 1) {
      found += term;
      term *= half / (a + 1);
    }
    return found;
  };

  /* Times that differ by rounding alone are one: R's aeqSurv. */
  const TIED = Math.sqrt(Number.EPSILON);
  const distinct = (times) => {
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[a] - times[b]);
    const gaps = Array.from(order, (at, i) => i ? times[at] - times[order[i - 1]] : Infinity);
    let [sum, count] = [0, 0];
    gaps.forEach((gap, i) => { if (gap > 0) { sum += Math.abs(times[order[i]]); count += 1; } });
    const least = TIED * Math.max(1, sum / count);
    const values = [];
    const index = new Uint32Array(times.length);
    gaps.forEach((gap, i) => {
      if (gap > least) values.push(times[order[i]]);
      index[order[i]] = values.length - 1;
    });
    return { values, index };
  };
  const snapped = (t, values) => {
    const scale = TIED * Math.max(1, values.reduce((a, b) => a + b, 0) / values.length);
    let best = values[0];
    for (const one of values) if (Math.abs(one - t) <= Math.abs(best - t)) best = one;
    return Math.abs(best - t) <= scale ? best : t;
  };

  /* One arm's curve: `times` and `events` (booleans) of its patients. */
  const kaplanMeier = (times, events, level = 0.95) => {
    const { values, index } = distinct(times);
    const deaths = new Array(values.length).fill(0);
    const gone = new Array(values.length).fill(0);
    for (let i = 0; i < times.length; i += 1) {
      gone[index[i]] += 1;
      if (events[i]) deaths[index[i]] += 1;
    }
    const z = quantile((1 - level) / 2);
    const curve = { time: values, deaths, n: times.length, total: 0, atRisk: [], survival: [], lower: [], upper: [] };
    let [left, s, greenwood] = [times.length, 1, 0];
    values.forEach((_, i) => {
      const d = deaths[i];
      curve.atRisk.push(left);
      curve.total += d;
      s *= (left - d) / left;
      greenwood += d / (left * (left - d));
      const log = Math.log(s);
      const half = z * Math.sqrt(greenwood) / log;
      const known = s > 0 && s < 1;
      curve.survival.push(s);
      curve.lower.push(known ? Math.exp(log * Math.exp(-half)) : NaN);
      curve.upper.push(known ? Math.exp(log * Math.exp(half)) : NaN);
      left -= gone[i];
    });
    return curve;
  };
  const rowsUntil = (values, t) => {
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] <= t) low = middle + 1; else high = middle;
    }
    return low;
  };
  const rowsBefore = (values, t) => {
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < t) low = middle + 1; else high = middle;
    }
    return low;
  };
  /* Patients whose time is at least t, and S(t); NaN beyond the last patient. */
  const at = (curve, asked) => {
    const t = snapped(asked, curve.time);
    const first = rowsBefore(curve.time, t);
    const rows = rowsUntil(curve.time, t);
    const last = curve.survival.at(-1);
    const over = t > curve.time.at(-1) && last > 0;
    return {
      atRisk: curve.atRisk[first] ?? 0,
      survival: over ? NaN : rows ? curve.survival[rows - 1] : 1,
    };
  };
  /* Where 1 - curve reaches p, by the rules of R's quantile.survfit. */
  const crossing = (time, band, p) => {
    const seen = new Map([[0, 0]]);
    let end = 0;
    band.forEach((s, i) => {
      end = 1 - s;
      if (!Number.isNaN(s) && !seen.has(1 - s)) seen.set(1 - s, time[i]);
    });
    const pairs = [...seen].sort((a, b) => a[0] - b[0]);
    const reached = pairs.findIndex(([y]) => y + TIED >= p);
    const passed = pairs.findIndex(([y]) => y - TIED >= p);
    if (reached < 0) return NaN;
    if (Math.abs(end - p) < TIED) return (pairs[reached][1] + time.at(-1)) / 2;
    return passed < 0 ? NaN : (pairs[reached][1] + pairs[passed][1]) / 2;
  };
  const median = (curve) => [curve.survival, curve.lower, curve.upper].map((of) => crossing(curve.time, of, 0.5));

  /* Counts at each distinct time of all groups together: what tests and models need. */
  const table = (times, events, groups, k) => {
    const { values, index } = distinct(times);
    const deaths = Array.from({ length: k }, () => new Float64Array(values.length));
    const gone = Array.from({ length: k }, () => new Float64Array(values.length));
    for (let i = 0; i < times.length; i += 1) {
      gone[groups[i]][index[i]] += 1;
      if (events[i]) deaths[groups[i]][index[i]] += 1;
    }
    const atRisk = gone.map((of) => {
      const found = new Float64Array(values.length);
      let left = 0;
      for (let i = values.length - 1; i >= 0; i -= 1) found[i] = left += of[i];
      return found;
    });
    return { values, deaths, atRisk };
  };
  const solve = (matrix, vector) => {
    const rows = matrix.map((row, i) => [...row, vector[i]]);
    const n = rows.length;
    for (let i = 0; i < n; i += 1) {
      let best = i;
      for (let j = i; j < n; j += 1) if (Math.abs(rows[j][i]) > Math.abs(rows[best][i])) best = j;
      [rows[i], rows[best]] = [rows[best], rows[i]];
      if (Math.abs(rows[i][i]) < 1e-12) return null;
      for (let j = i + 1; j < n; j += 1) {
        const by = rows[j][i] / rows[i][i];
        for (let c = i; c <= n; c += 1) rows[j][c] -= by * rows[i][c];
      }
    }
    const x = new Array(n).fill(0);
    for (let i = n - 1; i >= 0; i -= 1) {
      x[i] = (rows[i][n] - rows[i].slice(i + 1, n).reduce((sum, a, j) => sum + a * x[i + 1 + j], 0)) / rows[i][i];
    }
    return x;
  };
  const logRank = (times, events, groups, k) => {
    const { values, deaths, atRisk } = table(times, events, groups, k);
    const observed = new Array(k).fill(0);
    const expected = new Array(k).fill(0);
    const variance = Array.from({ length: k }, () => new Array(k).fill(0));
    for (let i = 0; i < values.length; i += 1) {
      const d = deaths.reduce((sum, of) => sum + of[i], 0);
      if (!d) continue;
      const n = atRisk.reduce((sum, of) => sum + of[i], 0);
      const spread = d * (n - d) / Math.max(n - 1, 1) / (n * n);
      for (let a = 0; a < k; a += 1) {
        observed[a] += deaths[a][i];
        expected[a] += atRisk[a][i] * d / n;
        for (let b = 0; b < k; b += 1) {
          variance[a][b] += spread * atRisk[a][i] * (a === b ? n - atRisk[a][i] : -atRisk[b][i]);
        }
      }
    }
    const used = expected.flatMap((e, a) => e > 0 ? [a] : []);
    const df = Math.max(used.length - 1, 1);
    const free = used.slice(1);
    const excess = free.map((a) => observed[a] - expected[a]);
    const solved = free.length ? solve(free.map((a) => free.map((b) => variance[a][b])), excess) : null;
    const chisq = solved ? solved.reduce((sum, x, i) => sum + x * excess[i], 0) : NaN;
    return { chisq, df, p: chiSquare(chisq, df), observed, expected };
  };

  /* Cox's model of one arm (1) against another (0), tied times by Efron. */
  const cox = (times, events, groups, level = 0.95) => {
    const { values, deaths, atRisk } = table(times, events, groups, 2);
    const rows = values.flatMap((_, i) => deaths[0][i] + deaths[1][i] ? [i] : []);
    const slope = (beta) => {
      const ratio = Math.exp(beta);
      let [score, information, loglik] = [0, 0, 0];
      for (const i of rows) {
        const d = deaths[0][i] + deaths[1][i];
        score += deaths[1][i];
        loglik += beta * deaths[1][i];
        for (let j = 0; j < d; j += 1) {
          const treated = (atRisk[1][i] - j / d * deaths[1][i]) * ratio;
          const all = treated + atRisk[0][i] - j / d * deaths[0][i];
          const share = treated / all;
          score -= share;
          loglik -= Math.log(all);
          information += share * (1 - share);
        }
      }
      return { score, information, loglik };
    };
    const none = { hr: NaN, lower: NaN, upper: NaN, p: NaN, estimable: false };
    // With events in one arm only, or only while the other is gone, the likelihood has no maximum.
    const both = (a) => rows.some((i) => deaths[a][i] && atRisk[1 - a][i] - deaths[1 - a][i] + deaths[1 - a][i] > 0);
    if (!both(0) || !both(1)) return none;
    let beta = 0;
    let now = slope(beta);
    for (let i = 0; i < 100; i += 1) {
      let step = now.score / now.information;
      let next = slope(beta + step);
      while (!(next.loglik >= now.loglik - 1e-9 * Math.abs(now.loglik)) && Math.abs(step) > 1e-14) {
        step /= 2;
        next = slope(beta + step);
      }
      beta += step;
      now = next;
      if (Math.abs(step) < 1e-14 * Math.max(1, Math.abs(beta))) break;
    }
    const error = 1 / Math.sqrt(now.information);
    if (!(Math.abs(beta) < 15) || !Number.isFinite(error)) return none;
    const z = quantile((1 - level) / 2);
    return {
      hr: Math.exp(beta), lower: Math.exp(beta - z * error), upper: Math.exp(beta + z * error),
      p: twoSided(beta / error), estimable: true,
    };
  };

  /* The area under a curve up to tau, and its standard error; NaN where tau is not reached. */
  const largestTau = (curve) => curve.survival.at(-1) > 0 ? curve.time.at(-1) : Infinity;
  const rmst = (curve, asked) => {
    const tau = snapped(asked, curve.time);
    if (tau > largestTau(curve)) return { rmst: NaN, error: NaN, known: false };
    const area = [0];
    let [start, height] = [0, 1];
    curve.time.forEach((t, i) => {
      area.push(area[i] + (t - start) * height);
      [start, height] = [t, curve.survival[i]];
    });
    const rows = rowsUntil(curve.time, tau);
    const total = area[rows] + (rows ? curve.survival[rows - 1] : 1) * (tau - (rows ? curve.time[rows - 1] : 0));
    let variance = 0;
    for (let i = 0; i < rows; i += 1) {
      const [n, d] = [curve.atRisk[i], curve.deaths[i]];
      if (n > d) variance += (total - area[i + 1]) ** 2 * d / (n * (n - d));
    }
    const known = curve.time.some((t, i) => t < tau && curve.deaths[i] > 0);
    return { rmst: total, error: Math.sqrt(variance), known };
  };
  const rmstDifference = (treated, control, level = 0.95) => {
    const difference = treated.rmst - control.rmst;
    const error = Math.hypot(treated.error, control.error);
    if (!treated.known || !control.known) return { difference, lower: NaN, upper: NaN, p: NaN };
    const z = quantile((1 - level) / 2);
    return {
      difference, lower: difference - z * error, upper: difference + z * error,
      p: error > 0 ? twoSided(difference / error) : NaN,
    };
  };

  /* The events that a log-rank test needs, and the patients who have them. */
  const events = (hr, { power, alpha, allocation = 1, method = "schoenfeld", margin = 1 }) => {
    const effect = method === "schoenfeld"
      ? (margin === 1 ? Math.abs(Math.log(hr)) : -Math.sign(Math.log(margin)) * Math.log(hr / margin)) * Math.sqrt(allocation) / (1 + allocation)
      : Math.abs(1 - hr) * Math.sqrt(allocation) / (1 + allocation * hr);
    return effect > 0 ? ((quantile(alpha / 2) + quantile(1 - power)) / effect) ** 2 : NaN;
  };
  const observed = (hazard, followUp, accrual, dropout) => {
    const leaving = hazard + dropout;
    const spread = leaving * accrual;
    const mean = spread > 0 ? -Math.expm1(-spread) / spread : 1;
    return hazard / leaving * (1 - Math.exp(-leaving * followUp) * mean);
  };
  const size = (control, hr, plan) => {
    const hazard = -Math.log1p(-control);
    const of = (one) => observed(one, 1, plan.accrual ?? 0, plan.dropout ?? 0);
    const needed = events(hr, plan);
    const allocation = plan.allocation ?? 1;
    const patients = needed / (allocation * of(hazard * hr) + of(hazard));
    const whole = (n) => Math.ceil(Math.round(n * 1e9) / 1e9);
    return { events: needed, treated: whole(allocation * patients), control: whole(patients) };
  };

  return { at, chiSquare, cox, events, kaplanMeier, largestTau, logRank, median, quantile, rmst, rmstDifference, size };
})();
