import Bootstrap
import Catalog
import Configuration
import ExperimentDesk
import Experiments
import JSON
import Ports
import SearchService
import StorefrontAPI

/// `vitrine experiments`
struct ExperimentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments", abstract: "Describes, starts, ramps up, reads and stops experiments on visitors.",
    discussion: """
      An arm is NAME=VALUE: 'control=in force', 'treatment=ranking model:12', 'new=rules 4', or both with a comma between.
      A ranking is off (the search engine's order), hand-set or model:NUMBER. The first arm is the control.
      """,
    subcommands: [
      ExperimentsListCommand.self, ExperimentsCreateCommand.self, ExperimentsShowCommand.self,
      ExperimentsStartCommand.self, ExperimentsRampCommand.self, ExperimentsReadCommand.self,
      ExperimentsStopCommand.self, ExperimentsHoldoutCommand.self,
    ])
}

extension CommandContext {
  fileprivate func withExperiments(_ body: (ExperimentDesk, Currency) async throws -> Void) async throws {
    guard Database.exists(self) else {
      terminal.printError(
        "vitrine: there is no shop in \(settings.stateFolder): name its settings by --config or its folder by --state-folder"
      )
      throw ExitCode.failure
    }
    try await Database.with(self) { pool in
      let shop = try Shop(self, pool: pool, isQuiet: true)
      try await body(shop.experimentDesk, shop.service.currency)
    }
  }
}

/// `vitrine experiments list`
struct ExperimentsListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the experiments, newest first.")

  @Option(help: "How many, 1 to 500.") var limit = 20

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      let found = try await desk.experiments(limit: min(max(1, limit), ExperimentDesk.maxListed))
      for experiment in found { context.terminal.print(ExperimentText.line(experiment)) }
      if found.isEmpty { context.terminal.printError("no experiment was described") }
    }
  }
}

/// `vitrine experiments create`
struct ExperimentsCreateCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Describes an experiment; nobody is in it until it starts.",
    discussion: """
      vitrine experiments create personal "Do visitors buy more?" "control=ranking off" "personal=ranking model:12"
      """)

  @Argument(help: "Its name: letters a to z, digits and dashes.") var name: String
  @Argument(help: "The question that it asks.") var question: String
  @Argument(help: "The control, as NAME=VALUE.") var control: String
  @Argument(help: "The other arm, as NAME=VALUE; several with a semicolon between.") var treatment: String
  @Option(help: "The arms' weights, with commas between.") var weights: String?
  @Option(help: "arms or interleaving.") var kind: String = "arms"
  @Option(help: "The metric that decides: click_through, conversion, revenue or latency.") var metric: String =
    "conversion"
  @Option(help: "Percent of the slice's visitors who take part.") var percent = 100.0
  @Option(help: "Planned visitors of each arm; 0: the always-valid test alone decides.") var planned = 0
  @Option(help: "mobile or desktop; both without it.") var device: String?
  @Option(help: "Experiments that must not meet share a layer, and have buckets of their own.") var layer: String =
    ExperimentPlan.standardLayer
  @Option(help: "The slice's first bucket, from 0.") var first = 0
  @Option(help: "The slice's last bucket, at most 9999.") var last = Experiment.buckets - 1

  func run(_ context: CommandContext) async throws {
    let plan = try plan()
    try await context.withExperiments { desk, _ in
      try await desk.create(plan, by: CommandContext.commandLine)
      context.terminal.print("\(plan.name) is described: 'vitrine experiments start \(plan.name)' starts it")
    }
  }

  private func plan() throws -> ExperimentPlan {
    let texts = [control] + treatment.split(separator: ";").map(String.init)
    let weights = weights?.split(separator: ",").map { Int($0) } ?? texts.map { _ in 1 }
    guard weights.count == texts.count else { throw ValidationError("\(texts.count) arms have as many --weights") }
    let arms = try zip(texts, weights).map { text, weight -> ExperimentPlan.Arm in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = ArmValue(parts[1]), let weight else {
        throw ValidationError(
          "'\(text.prefix(80))' is not an arm: NAME=ranking model:12, or NAME=rules 4, or NAME=in force")
      }
      return .init(name: parts[0], weight: weight, value: value)
    }
    guard let kind = ExperimentPlan.Kind(rawValue: kind) else {
      throw ValidationError("--kind is arms or interleaving")
    }
    guard let metric = ExperimentMetric(rawValue: metric) else {
      throw ValidationError("--metric is \(ExperimentMetric.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard (0...100).contains(percent) else { throw ValidationError("--percent is from 0 to 100") }
    guard first >= 0, first <= last, last < Experiment.buckets else {
      throw ValidationError("--first and --last are from 0 to \(Experiment.buckets - 1), in this order")
    }
    let devices = try device.map { text -> Set<ExperimentVisitor.Device> in
      guard let device = ExperimentVisitor.Device(rawValue: text) else {
        throw ValidationError("--device is mobile or desktop")
      }
      return [device]
    }
    return try ExperimentPlan(
      name: name, question: question, kind: kind, arms: arms, layer: layer, buckets: first..<(last + 1),
      exposedBuckets: Int(saturating: (percent / 100 * Double(Experiment.buckets)).rounded()),
      targeting: Targeting(devices: devices ?? []), metric: metric, plannedVisitors: planned)
  }
}

/// `vitrine experiments show`
struct ExperimentsShowCommand: Command {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows an experiment.")

  @Argument(help: "The experiment's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      context.terminal.print(ExperimentText.page(try await desk.experiment(name)))
    }
  }
}

/// `vitrine experiments start`
struct ExperimentsStartCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Starts an experiment; every server takes it up within two seconds.")

  @Argument(help: "The experiment's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      try await desk.start(name, by: CommandContext.commandLine)
      context.terminal.print("\(name) runs")
    }
  }
}

/// `vitrine experiments ramp`
struct ExperimentsRampCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "ramp", abstract: "Lets a larger share of the visitors take part.")

  @Argument(help: "The experiment's name.") var name: String
  @Argument(help: "Percent of the slice's visitors.") var percent: Double

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      try await desk.ramp(name, toPercent: percent, by: CommandContext.commandLine)
      context.terminal.print("\(try await desk.experiment(name).plan.exposedText) of the visitors take part in \(name)")
    }
  }
}

/// `vitrine experiments read`
struct ExperimentsReadCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Says what the arms' visitors did, and what may be concluded.",
    discussion: "Exits with 3 where nothing may be read, because the arms' visitors are not alike.")

  @Argument(help: "The experiment's name.") var name: String
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, currency in
      let report = try await desk.report(on: try await desk.experiment(name))
      context.terminal.print(
        json ? ExperimentJSON.report(report).text : ExperimentText.report(report, currency))
      if report.broken != nil { throw ExitCode.gateRefused }
    }
  }
}

/// `vitrine experiments stop`
struct ExperimentsStopCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stops an experiment for ever; it can still be read.")

  @Argument(help: "The experiment's name.") var name: String
  @Option(help: "What was decided, and why; the audit keeps it.") var conclusion: String = ""

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      try await desk.stop(name, conclusion: conclusion, by: CommandContext.commandLine)
      context.terminal.print("\(name) is stopped")
    }
  }
}

/// `vitrine experiments holdout`
struct ExperimentsHoldoutCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "holdout", abstract: "Keeps a share of the visitors out of every experiment.",
    discussion: "Can be changed while no experiment runs.")

  @Argument(help: "Percent of all visitors, 0 to 50.") var percent: Double

  func run(_ context: CommandContext) async throws {
    try await context.withExperiments { desk, _ in
      try await desk.holdOut(percent: percent, by: CommandContext.commandLine)
      context.terminal.print("\(percent.shortText) % of the visitors are in no experiment")
    }
  }
}

/// Experiments as lines for people.
enum ExperimentText {
  static func line(_ experiment: StoredExperiment) -> String {
    let since = experiment.startedAt.map { " since \($0)" } ?? ""
    return
      "\(experiment.plan.name)  \(experiment.state.rawValue)\(since)  \(experiment.plan.exposedText)  \(experiment.plan.question)"
  }

  static func page(_ experiment: StoredExperiment) -> String {
    let plan = experiment.plan
    var lines = [line(experiment), "described by \(experiment.author) at \(experiment.createdAt)"]
    lines.append("layer \(plan.assignment.slice.layer), buckets \(plan.bucketText); \(plan.metric.rawValue) decides")
    if plan.plannedVisitors > 0 { lines.append("planned visitors an arm: \(plan.plannedVisitors)") }
    lines += plan.arms.map { "  \($0.name), weight \($0.weight): \($0.value.text)" }
    if let stop = experiment.stoppedAt { lines.append("stopped at \(stop): \(experiment.conclusion)") }
    return lines.joined(separator: "\n")
  }

  static func report(_ report: ExperimentReport, _ currency: Currency) -> String {
    var lines = [ExperimentWords.verdict(report), ""]
    lines += zip(report.plan.arms, report.outcomes.arms).map { "\($0.name): \($1.visitors) visitors" }
    if let ratio = report.ratio { lines.append("sample ratio: p \(ratio.pValue.shortText)") }
    if report.outcomes.inSeveral > 0 { lines.append("saw several arms: \(report.outcomes.inSeveral)") }
    for comparison in report.comparisons {
      let (metric, arm) = (comparison.metric, report.plan.arms[comparison.arm].name)
      let own = ExperimentWords.value(comparison.armMean, metric, currency)
      let control = ExperimentWords.value(comparison.controlMean, metric, currency)
      lines.append("")
      lines.append("\(ExperimentWords.name(metric)): \(arm) \(own), control \(control)")
      lines.append("  \(ExperimentWords.sentence(comparison, in: report))")
    }
    if !report.isComplete, let needed = report.neededVisitors {
      lines += [
        "",
        "a change of \(ExperimentWords.share(ExperimentReport.soughtEffect)) is found with about \(needed) visitors an arm",
      ]
    }
    return lines.joined(separator: "\n")
  }
}
