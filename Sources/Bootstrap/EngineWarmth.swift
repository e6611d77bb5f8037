import SearchDSL
import SearchService
import Telemetry
import Threading

/// Keeps the index that searches read warm: at the start, and after another one was put in use.
///
/// The shop is not ready before. The names that its pages need are read with it, so that they are there when the database
/// is not.
struct EngineWarmth: Service {
  static let lookPause = Duration.seconds(2)
  private static let deadline = Duration.seconds(5)

  let service: SearchService
  let engine: any SearchEngine
  let alias: String
  let logger: Logger
  private let warmIndex = Guarded<String?>(nil)

  init(service: SearchService, engine: any SearchEngine, alias: String, logger: Logger) {
    self.service = service
    self.engine = engine
    self.alias = alias
    self.logger = logger
  }

  /// The index that was warmed last.
  var index: String? { warmIndex.withLock { $0 } }
  var isWarm: Bool { index != nil }

  func run() async throws {
    await untilShutdown {
      // The sleep throws when the task is cancelled, which the condition sees.
      while !Task.isCancelled {
        await look()
        try? await Task.sleep(for: Self.lookPause)
      }
    }
  }

  func look() async {
    // An engine that is away is said by those who need it.
    guard let indices = try? await engine.indices(matching: alias + "-*", deadline: .now + Self.deadline),
      let index = indices.first(where: { $0.aliases.contains(alias) })?.name,
      warmIndex.withLock({ $0 }) != index
    else { return }
    let start = ContinuousClock.now
    guard await service.warmUp(index: index) else { return }
    warmIndex.withLock { $0 = index }
    logger.info(
      "the search engine is warm",
      metadata: ["index": .string(index), "seconds": .number((ContinuousClock.now - start) / .seconds(1))])
  }
}
