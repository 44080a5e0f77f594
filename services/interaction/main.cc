#include "libs/service/host.h"
#include "services/interaction/interaction_events.h"
#include "services/interaction/interaction_fold.h"
#include "services/interaction/interaction_service.h"
#include "services/interaction/score/scoring_worker.h"
#include "services/interaction/timeline/timeline_handler.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

int main() {
  using namespace vefa;
  config::Environment environment;
  service::Host host(interaction::InteractionSource(), environment);
  interaction::ScoringWorker worker(host.pump(), &host.relay(), host.clock(), host.metrics());
  interaction::InteractionService interactions(host.AddDoor("vefa.interaction.v1.InteractionService"), host.database(),
                                               &host.relay(), &worker, host.clock(), host.key().secret());
  interaction::TimelineHandler timeline;
  host.AddService(interactions);
  host.Project(interaction::TimelineHandler::Info(), timeline);
  host.OnStop([&] { worker.Stop(); });
  host.KeepState(interaction::v1::InteractionSnapshot::default_instance(), interaction::FoldInteraction);
  return host.Run();
}
