import Catalog
import Experiments
public import Ports

/// The running experiments as searches meet them: the arms that a search goes by, and the record that its visitor saw them.
public struct SearchExperiments: Sendable {
  private let running: any ExperimentArms
  private let events: any EventRecorder
  private let clock: any WallClock

  public init(running: any ExperimentArms, events: any EventRecorder, clock: any WallClock) {
    self.running = running
    self.events = events
    self.clock = clock
  }

  /// None for a searcher whom the shop does not know, who asks to be left alone, or who is a program.
  func arms(of searcher: Searcher?, shopper: ShopperContext) -> AssignedArms {
    guard let searcher, let visitor = searcher.visitor, searcher.keepsRecord, searcher.kind == .shopper else {
      return AssignedArms()
    }
    return running.arms(
      of: ExperimentVisitor(
        id: visitor.text, device: searcher.isMobile.map { $0 ? .mobile : .desktop },
        customer: shopper.audience.contains(.shops) ? .person : .company))
  }

  /// Records the arms that made a difference to the page: those of rankings on every first page by relevance, those of rules
  /// where words were searched.
  func saw(_ page: SearchPage, by searcher: Searcher, in run: SearchRun) {
    guard let visitor = searcher.visitor, page.input.sort == .relevance, page.input.page == 1,
      page.input.position == nil
    else { return }
    let seen = run.arms.entries.filter { $0.changesRanking || !page.typedText.isEmpty }
    guard !seen.isEmpty else { return }
    let exposure = ArmExposure(
      arms: seen.map { .init(experiment: $0.experiment, arm: $0.arm) }, milliseconds: page.tookMilliseconds)
    events.note(
      [ShopEvent(id: .random(), at: clock.now(), actor: .person(.visitor(visitor)), content: .exposure(exposure))],
      from: searcher.sender)
  }
}
