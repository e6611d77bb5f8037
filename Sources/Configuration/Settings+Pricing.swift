extension Settings {
  /// The prices that shoppers see, and the proposals for new ones.
  public struct Pricing: Sendable {
    public let maxAgeMilliseconds: Int
    /// Five fields, as of cron.
    public let proposalSchedule: String

    init(_ config: ConfigReader) {
      maxAgeMilliseconds = config.int(
        forKey: "maxAgeMilliseconds", default: 1_000, in: 200...60_000,
        "Age up to which prices in memory are shown; later the indexed ones stand in, and answers say so.")
      proposalSchedule = config.string(
        forKey: "proposalSchedule", default: "15 5 * * *",
        "When prices are proposed from the sales, as five fields of cron: minute hour day month weekday.")
    }
  }
}
