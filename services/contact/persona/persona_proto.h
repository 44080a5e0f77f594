#pragma once

#include "services/contact/rating/rating_store.h"
#include "vefa/contact/v1/persona.pb.h"

// Between the messages of the contract and personas.
namespace vefa::contact {

v1::PersonaMatch ToProto(const StoredPersona& persona);

}  // namespace vefa::contact
