// React Aria comes into the console through this folder only.
export { FieldError, Form, I18nProvider, Input, Label, TextField } from 'react-aria-components';
