/// Repeats a step until the task is cancelled. A failure is logged once: again only after the step went well, or failed for
/// another reason.
///
///     await following("the rules were not taken up", to: logger, restingFor: { _ in .seconds(1) }) { try await look() }
///
/// `rest` gets the time that the step took.
public func following(
  _ complaint: String, to logger: Logger, isolation: isolated (any Actor)? = #isolation,
  restingFor rest: (Duration) -> Duration, _ step: () async throws -> Void
) async {
  var reported = ""
  while !Task.isCancelled {
    let start = ContinuousClock.now
    do {
      try await step()
      reported = ""
    } catch {
      let reason = "\(error)"
      if reason != reported, !Task.isCancelled {
        logger.warning(complaint, metadata: ["reason": .string(reason)])
      }
      reported = reason
    }
    try? await Task.sleep(for: rest(ContinuousClock.now - start))  // A cancelled follower ends at the loop's head.
  }
}
