#include "services/contact/persona/persona_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::PersonaMatch ToProto(const StoredPersona& persona) {
  v1::PersonaMatch match;
  match.set_persona("personas/" + persona.persona);
  match.set_primary(persona.is_primary);
  *match.mutable_match_time() = rpc::ToProto(persona.match_time);
  return match;
}

}  // namespace vefa::contact
