// Entry of the styles for the bundler.
import './index.css';
