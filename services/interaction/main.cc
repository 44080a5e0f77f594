#include "libs/service/host.h"
#include "services/interaction/interaction_events.h"
#include "services/interaction/interaction_fold.h"
#include "services/interaction/interaction_service.h"
#include "services/interaction/score/scoring_worker.h"
#include "services/interaction/timeline/timeline_handler.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_interaction_migrations();

int main(int argc, char** argv) {
  using namespace vefa;
  config::Environment environment;
  config::CommandLine command_line(argc, argv, environment);
  service::Host host(interaction::InteractionSource(), environment, command_line);
  interaction::ScoringWorker worker(host.pump(), &host.relay(), host.clock(), host.metrics());
  interaction::InteractionService interactions(host.AddDoor("vefa.interaction.v1.InteractionService"), host.database(),
                                               &host.relay(), &worker, host.clock(), host.key().secret());
  interaction::TimelineHandler timeline;
  host.AddService(interactions);
  host.Project(interaction::TimelineHandler::Info(), timeline);
  host.OnStop([&] { worker.Stop(); });
  host.KeepState(interaction::v1::InteractionSnapshot::default_instance(), interaction::FoldInteraction);
  host.NeedSchema(vefa_interaction_migrations());
  return host.Run();
}
