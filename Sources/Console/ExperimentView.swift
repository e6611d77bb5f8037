import Catalog
import Edge
import ExperimentDesk
import Experiments
import Ports
import Web

/// One experiment: what may be concluded, the visitors of its arms, each metric with its intervals, and what staff can do.
struct ExperimentView {
  let experiment: StoredExperiment
  /// nil of a draft.
  let report: ExperimentReport?
  let currency: Currency
  let now: Timestamp
  let member: StaffPrincipal?
  let mayChange: Bool

  private var plan: ExperimentPlan { experiment.plan }
  private var path: String { "\(ConsolePage.experiments.path)/\(plan.name)" }

  var body: HTML {
    """
    <div class="heading"><h1>\(plan.name)</h1><p class="count">\(ExperimentPages.state(experiment)) \(when)</p></div>
    <p>\(plan.question)</p>\(conclusion)\(verdict)
    <section class="row" aria-labelledby="arms"><h2 id="arms">Arms</h2>\(arms)\(checks)</section>
    \(metrics)\(actions)
    """
  }

  private var when: String {
    guard let start = experiment.startedAt else { return "described by \(experiment.author)" }
    let end = experiment.stoppedAt.map { " to \(ShopWords.shortTime($0, now: now))" } ?? ""
    return
      "\(experiment.stoppedAt == nil ? "since " : "")\(ShopWords.shortTime(start, now: now))\(end) UTC, by \(experiment.author)"
  }

  private var conclusion: HTML? {
    experiment.conclusion.isEmpty ? nil : "<p class=\"notice\">Stopped: \(experiment.conclusion)</p>"
  }

  private var verdict: HTML? {
    guard let report else { return nil }
    let text = ExperimentWords.verdict(report)
    if report.broken != nil { return ConsoleForms.notice(text, isBad: true) }
    let isDecided = report.comparisons.contains {
      $0.metric == plan.metric && ExperimentWords.isBetter($0, in: report) != nil
    }
    return isDecided ? ConsoleForms.notice(text) : "<p class=\"notice\" role=\"status\">\(text)</p>"
  }

  // MARK: Arms

  private var arms: HTML {
    let total = plan.arms.reduce(0) { $0 + $1.weight }
    let rows = plan.arms.enumerated().map { place, arm -> HTML in
      let visitors = report.map { ShopWords.number($0.outcomes.arms[place].visitors) } ?? ""
      let share = ExperimentWords.share(Double(arm.weight) / Double(total))
      let role: HTML? = place == 0 && arm.name != "control" ? " <span class=\"note\">control</span>" : nil
      return """
        <tr><th scope="row">\(arm.name)\(role)</th><td data-label="Goes by">\(Self.words(arm.value))</td><td class="number" data-label="Share">\(share)</td><td class="number" data-label="Visitors">\(visitors)</td></tr>
        """
    }
    return """
      <table class="report"><thead><tr><th scope="col">Arm</th><th scope="col">Goes by</th><th scope="col" class="number">Share</th><th scope="col" class="number">Visitors</th></tr></thead><tbody>\(rows)</tbody></table>
      """
  }

  private static func words(_ value: ArmValue) -> String {
    let parts = [
      value.ranking.map { "ranking: \(ExperimentForm.label($0))" }, value.rules.map { "rules: version \($0)" },
    ]
    let named = parts.compactMap { $0 }
    return named.isEmpty ? "what the shop has in force" : named.joined(separator: "; ")
  }

  private var checks: HTML {
    var sentences = [
      "\(plan.exposedText) of the visitors of its buckets take part (\(plan.assignment.slice.layer), \(plan.bucketText))."
    ]
    if !plan.targeting.devices.isEmpty {
      sentences.append("Only \(plan.targeting.devices.map(\.rawValue).sorted().joined(separator: ", ")).")
    }
    if let report, report.outcomes.inSeveral > 0 {
      sentences.append("\(ShopWords.number(report.outcomes.inSeveral)) visitors saw several arms and count in none.")
    }
    if plan.plannedVisitors > 0 {
      sentences.append("Planned: \(ShopWords.number(plan.plannedVisitors)) visitors an arm.")
    } else if let needed = report?.neededVisitors {
      sentences.append(
        "A change of \(ExperimentWords.share(ExperimentReport.soughtEffect)) is found with about \(ShopWords.number(needed)) visitors an arm."
      )
    }
    return "<p class=\"note\">\(sentences.joined(separator: " "))</p>"
  }

  // MARK: Metrics

  private var metrics: HTML? {
    guard let report, !report.comparisons.isEmpty else { return nil }
    let ordered = [plan.metric] + ExperimentMetric.allCases.filter { $0 != plan.metric }
    let sections = ordered.map { metric -> HTML in
      let own = report.comparisons.filter { $0.metric == metric }
      return section(metric, own, report)
    }
    return """
      <div class="beside">\(sections)</div>
      <p class="note">A bar is the range in which the true change lies with 95 % confidence\(report.isComplete ? "" : ", however often you look"). A bar over the middle line shows no difference. Changes are relative to the control.</p>
      """
  }

  private func section(
    _ metric: ExperimentMetric, _ comparisons: [ExperimentReport.Comparison], _ report: ExperimentReport
  ) -> HTML {
    let control = comparisons.first.map { ExperimentWords.value($0.controlMean, metric, currency) } ?? ""
    let bars = comparisons.compactMap { comparison in
      ExperimentWords.readable(comparison, in: report).map { result in
        IntervalPicture.Bar(
          name: plan.arms[comparison.arm].name, value: result.estimate, range: result.interval,
          text: ExperimentWords.change(result.estimate), isBetter: ExperimentWords.isBetter(comparison, in: report))
      }
    }
    let lines = comparisons.map { comparison -> HTML in
      let mean = ExperimentWords.value(comparison.armMean, metric, currency)
      let chance = comparison.bayesian.map { view in
        let chance = metric.isBetterWhenHigher ? view.chanceToBeBetter : 1 - view.chanceToBeBetter
        return " Chance that it is better: \(chance < 0.001 ? "under 0.1 %" : ExperimentWords.share(chance))."
      }
      return
        "<li><strong>\(plan.arms[comparison.arm].name)</strong> \(mean), control \(control). \(ExperimentWords.sentence(comparison, in: report))\(chance ?? "")</li>"
    }
    let mark: HTML? = metric == plan.metric ? " <span class=\"note\">decides</span>" : nil
    let picture: HTML? = bars.isEmpty ? nil : IntervalPicture(label: ExperimentWords.name(metric), bars: bars).html
    return "<section class=\"row\"><h3>\(ExperimentWords.name(metric))\(mark)</h3>\(picture)<ul>\(lines)</ul></section>"
  }

  // MARK: Actions

  private var actions: HTML? {
    guard mayChange else { return nil }
    switch experiment.state {
    case .draft:
      return
        "<div class=\"actions\">\(ConsoleForms.button("Start", to: path + "/start", member, kind: "button"))\(ConsoleForms.button("Delete this draft", to: path + "/delete", member, kind: "danger"))</div>"
    case .running:
      return """
        <section class="row" aria-labelledby="run"><h2 id="run">Run</h2>
        <form class="panel" method="post" action="\(path)/ramp">\(FormToken.field(member))<div class="fields"><label>Percent of visitors<input type="number" name="percent" min="0" max="100" step="any" required></label><button class="button quiet" type="submit">Ramp up</button></div></form>
        <form class="panel" method="post" action="\(path)/stop">\(FormToken.field(member))<div class="fields"><label class="grow">Decision, and why<input type="text" name="conclusion" required maxlength="1000" placeholder="The personal ranking stays: more visitors buy"></label><button class="button" type="submit">Stop</button></div></form></section>
        """
    case .stopped: return nil
    }
  }
}
