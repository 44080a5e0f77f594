-- A role that reaches across tenants: whoever runs the installation.
ALTER TABLE user_account DROP CONSTRAINT user_account_role_check;
ALTER TABLE user_account ADD CONSTRAINT user_account_role_check CHECK (role IN ('operator', 'admin', 'viewer'));
