#include "libs/service/host.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_service.h"
#include "services/contact/unsubscribe_handler.h"

int main() {
  vefa::config::Environment environment;
  vefa::service::Host host(vefa::contact::ContactSource(), environment);
  vefa::contact::ContactService contacts(host.AddDoor("vefa.contact.v1.ContactService"), host.database(), &host.relay(),
                                         host.clock(), host.key().secret());
  vefa::contact::UnsubscribeHandler unsubscribes(&host.relay(), host.clock());
  host.AddService(contacts);
  host.Subscribe("contact.unsubscribe.v1", {"vefa.notification.v1"}, unsubscribes);
  return host.Run();
}
