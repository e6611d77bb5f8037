import Edge
import ExperimentDesk
import Experiments
import Web

/// The form that describes an experiment.
struct ExperimentForm {
  let choices: ExperimentPages.Choices
  /// The input of a person that was refused.
  let filled: [String: String]

  static let names: [String] =
    ["name", "question", "kind", "metric", "percent", "planned", "device", "layer", "first", "last"]
    + (1...ExperimentPages.formArms).flatMap { ["arm\($0)", "weight\($0)", "ranking\($0)", "rules\($0)"] }

  // MARK: Reading

  static func plan(_ form: [String: String]) throws -> ExperimentPlan {
    func number(_ name: String, _ standard: Int) throws -> Int {
      guard let text = form[name], !text.isEmpty else { return standard }
      guard let number = Int(text), (0...ExperimentPlan.maxPlanned).contains(number) else {
        throw ExperimentDesk.Refusal(.invalid, "'\(text.prefix(40))' is not a whole number from 0")
      }
      return number
    }
    var arms: [ExperimentPlan.Arm] = []
    for place in 1...ExperimentPages.formArms {
      guard let name = form["arm\(place)"], !name.isEmpty else { continue }
      arms.append(
        .init(
          name: name, weight: try number("weight\(place)", 1),
          value: ArmValue(
            ranking: form["ranking\(place)"].flatMap { RankingChoice($0) },
            rules: form["rules\(place)"].flatMap { Int64($0) })))
    }
    let percent = try number("percent", 100)
    guard percent <= 100 else { throw ExperimentDesk.Refusal(.invalid, "a share is from 0 to 100 percent") }
    let (first, last) = (try number("first", 0), try number("last", Experiment.buckets - 1))
    guard first <= last else { throw ExperimentDesk.Refusal(.invalid, "the first bucket is behind the last") }
    return try ExperimentPlan(
      name: form["name"] ?? "", question: form["question"] ?? "",
      kind: form["kind"].flatMap(ExperimentPlan.Kind.init) ?? .arms, arms: arms,
      layer: form["layer"] ?? ExperimentPlan.standardLayer, buckets: first..<(last + 1),
      exposedBuckets: percent * Experiment.buckets / 100,
      targeting: Targeting(devices: Set([form["device"].flatMap(ExperimentVisitor.Device.init)].compactMap { $0 })),
      metric: form["metric"].flatMap(ExperimentMetric.init) ?? .conversion, plannedVisitors: try number("planned", 0))
  }

  // MARK: Writing

  func html(_ member: StaffPrincipal?) -> HTML {
    let arms = (1...ExperimentPages.formArms).map(arm)
    return """
      <section class="row" aria-labelledby="describe"><h2 id="describe">Describe an experiment</h2>
      <form class="panel" method="post" action="\(ConsolePage.experiments.path)">\(FormToken.field(member))
      <div class="fields"><label class="grow">Name<input type="text" name="name" required maxlength="60" pattern="[a-z][a-z0-9\\-]*" placeholder="personal-ranking" value="\(filled["name"] ?? "")"></label><label class="grow">Question<input type="text" name="question" required maxlength="1000" placeholder="Do visitors buy more with the personal ranking?" value="\(filled["question"] ?? "")"></label></div>
      <div class="fields">\(select("How", "kind", [("arms", "Each visitor sees one arm"), ("interleaving", "Both rankings mixed on a page")]))\(select("Decides", "metric", ExperimentMetric.allCases.map { ($0.rawValue, ExperimentWords.name($0)) }, standard: ExperimentMetric.conversion.rawValue))\(select("Devices", "device", [("", "all"), ("mobile", "phones"), ("desktop", "desktops")]))\(number("Percent of visitors", "percent", "100"))\(number("Planned visitors an arm", "planned", "0"))</div>
      \(arms)
      <details><summary>Layer</summary><div class="fields"><label>Layer<input type="text" name="layer" maxlength="60" value="\(filled["layer"] ?? ExperimentPlan.standardLayer)"></label>\(number("First bucket", "first", "0"))\(number("Last bucket", "last", "\(Experiment.buckets - 1)"))</div><p class="note">Experiments that must not meet share a layer and have buckets of their own, from 0 to \(Experiment.buckets - 1).</p></details>
      <p class="actions"><button class="button" type="submit">Describe</button></p></form></section>
      """
  }

  private func arm(_ place: Int) -> HTML {
    let standard = place == 1 ? "control" : place == 2 ? "treatment" : ""
    let rankings = [("", "in force")] + choices.rankings.map { ($0.text, Self.label($0)) }
    let rules = [("", "in force")] + choices.rules.map { ("\($0)", "version \($0)") }
    let title = place == 1 ? "Arm 1, the control" : "Arm \(place)"
    return """
      <fieldset class="fields"><legend>\(title)</legend><label>Name<input type="text" name="arm\(place)" maxlength="60" value="\(filled["arm\(place)"] ?? standard)"></label>\(number("Weight", "weight\(place)", "1"))\(select("Ranking", "ranking\(place)", rankings))\(select("Rules", "rules\(place)", rules))</fieldset>
      """
  }

  static func label(_ choice: RankingChoice) -> String {
    switch choice {
    case .off: "none: the search engine's order"
    case .handSet: "hand-set"
    case .model(let number): "model \(number)"
    }
  }

  private func number(_ label: String, _ name: String, _ standard: String) -> HTML {
    "<label>\(label)<input type=\"number\" name=\"\(name)\" min=\"0\" value=\"\(filled[name] ?? standard)\"></label>"
  }

  private func select(
    _ label: String, _ name: String, _ options: [(value: String, label: String)], standard: String = ""
  ) -> HTML {
    let chosen = filled[name] ?? standard
    let entries = options.map { option -> HTML in
      let mark: HTML = option.value == chosen ? " selected" : ""
      return "<option value=\"\(option.value)\"\(mark)>\(option.label)</option>"
    }
    return "<label>\(label)<select name=\"\(name)\">\(entries)</select></label>"
  }
}
