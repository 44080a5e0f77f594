-- States are nothing but a fold of the service's own events: they can be built anew beside the live ones, and checked.
SELECT declare_projection('notification.state.v1', 'aggregate_state');
