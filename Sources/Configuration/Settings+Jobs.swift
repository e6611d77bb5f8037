extension Settings {
  /// The workers, which run jobs on their schedules.
  public struct Jobs: Sendable {
    public let port: Int
    public let parallel: Int
    /// The zone of the schedules' times.
    public let timeZone: String

    init(_ config: ConfigReader) {
      port = config.int(
        forKey: "port", default: 9_104, in: 0...65_535,
        "Port of 'vitrine work' for /livez, /readyz and /metrics; 0 takes any free one.")
      parallel = config.int(
        forKey: "parallel", default: 2, in: 1...64, "Jobs that one worker runs at the same time.")
      timeZone = config.string(
        forKey: "timeZone", default: "UTC", "Time zone of the schedules, such as Europe/London.")
    }
  }

  /// Recommendations: their model and their rules.
  public struct Recommendations: Sendable {
    /// nil: the built-in rules.
    public let rulesFile: String?
    /// nil: `models` in the state folder.
    public let modelFolder: String?
    /// Five fields, as of cron.
    public let trainingSchedule: String

    init(_ config: ConfigReader) {
      rulesFile = config.string(
        forKey: "rules", "JSON file of the business rules, read again when it changes; else the built-in ones.")
      modelFolder = config.string(
        forKey: "modelFolder",
        "Folder of model files, which workers and servers share; else 'models' in the state folder.")
      trainingSchedule = config.string(
        forKey: "trainingSchedule", default: "30 3 * * *",
        "When the recommender is trained, as five fields of cron: minute hour day month weekday.")
    }
  }

  /// Forecasts of demand and the plan of orders.
  public struct Replenishment: Sendable {
    /// Five fields, as of cron.
    public let forecastSchedule: String
    public let horizonDays: Int
    public let historyDays: Int
    public let maxCoverDays: Int

    init(_ config: ConfigReader) {
      forecastSchedule = config.string(
        forKey: "forecastSchedule", default: "30 2 * * *",
        "When demand is forecast, as five fields of cron: minute hour day month weekday. The plan of orders follows.")
      horizonDays = config.int(
        forKey: "horizonDays", default: 28, in: 7...366,
        "Days ahead of a forecast; beyond them its last week goes on.")
      historyDays = config.int(
        forKey: "historyDays", default: 730, in: 60...3_650, "Days of orders that forecasts learn from.")
      maxCoverDays = config.int(
        forKey: "maxCoverDays", default: 90, in: 1...366, "Days of demand beyond which stock is too much.")
    }
  }

  /// The personal ranking of search results.
  public struct Ranking: Sendable {
    public let isEnabled: Bool
    public let deadlineMilliseconds: Int
    /// The share of searches, in percent.
    public let loggedPercent: Int
    /// Five fields, as of cron.
    public let trainingSchedule: String

    init(_ config: ConfigReader) {
      isEnabled = config.bool(
        forKey: "enabled", default: true,
        "Whether the first results are ordered by features of product and shopper; else the search engine's order stands."
      )
      deadlineMilliseconds = config.int(
        forKey: "deadlineMilliseconds", default: 15, in: 1...1_000,
        "Time for the ranking within a search, after which the search engine's order stands and is said to.")
      loggedPercent = config.int(
        forKey: "loggedPercent", default: 100, in: 0...100,
        "Of a hundred logged searches, how many are kept with the feature values of what they showed, to learn from.")
      trainingSchedule = config.string(
        forKey: "trainingSchedule", default: "45 4 * * *",
        "When the ranking is trained, as five fields of cron: minute hour day month weekday.")
    }
  }
}
